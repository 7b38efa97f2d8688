import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { EncoderVersion } from '@propago/contracts';
import { Database, holdModelVersion, lockVideo } from '@propago/database';
import type { EncoderCard } from '@propago/encoder';
import { CONFIG, LOGGER, type ConfigOf, type Logger } from '@propago/runtime';
import type { VideoProbe } from '@propago/video';
import { saidOf } from '../prompts/repeat-in-shadows';
import { keepSets, runSetsOf } from './feature-set';
import type { RunUpload } from './upload.service';

// Removing a run holds the lock of its video while it waits for workers.
const LIMITS = { timeout: 60_000, maxWait: 60_000 };

/** An accepted run that is to be repeated. */
export interface Repeated {
  runId: string;
  upload: RunUpload;
  probe: VideoProbe;
}

/**
 * Repeats accepted runs with another encoder version, to compare their masks. A shadow run is a row of its own that no
 * user sees, that counts for no quota, and that the stages take up when the user's run has succeeded.
 */
@Injectable()
export class ShadowRunService {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly database: Database,
  ) {}

  /** Nobody waits for it, and the user's run knows nothing of how it goes: without it there is one comparison less. */
  add(repeated: Repeated, shadow: EncoderVersion<EncoderCard>): void {
    this.commit(repeated, shadow).catch((error: unknown) =>
      this.logger.warn({ runId: repeated.runId, shadow: shadow.sha256, err: error }, 'no shadow run'),
    );
  }

  private async commit(
    { runId, upload, probe }: Repeated,
    { name, version, sha256, card }: EncoderVersion<EncoderCard>,
  ) {
    await this.database.$transaction(async (transaction) => {
      // The removal of the run waits here, or this sees that it is to be removed.
      await lockVideo(transaction, upload.video.sha256);
      const run = await transaction.run.findFirst({
        where: { id: runId, deletedAt: null },
      });
      if (!run || run.encoderSha256 === sha256 || !(await holdModelVersion(transaction, { name, version }))) return;
      const sets = runSetsOf(upload, { probe, card }, this.config);
      await keepSets(transaction, sets);
      const { tenant, preset, traceparent } = run;
      await transaction.run.create({
        data: {
          id: randomUUID(),
          shadowOfId: runId,
          featureSetId: sets.featureSet.id,
          tenant,
          ...(await saidOf(transaction, runId)),
          preset,
          traceparent,
          parameters: upload.options.parsed.parameters,
          encoderName: name,
          encoderVersion: version,
          encoderSha256: sha256,
          encoderChosenBy: 'shadow',
        },
      });
    }, LIMITS);
  }
}

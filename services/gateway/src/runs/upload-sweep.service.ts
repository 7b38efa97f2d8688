import { Inject, Injectable, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { LOGGER, Rounds, STORAGE, type BlobStore, type Logger } from '@propago/runtime';

const SWEEP_EVERY_MS = 10 * 60_000;
/** An upload is checked and moved within seconds of its end; one that lies so long belongs to a gateway that died. */
const FORGOTTEN_MS = 3600_000;

/** Removes uploads whose gateway died before it had answered. */
@Injectable()
export class UploadSweepService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly rounds: Rounds;

  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.rounds = new Rounds(() => this.sweep(), { name: 'sweep of uploads', everyMs: SWEEP_EVERY_MS, logger });
  }

  onApplicationBootstrap(): void {
    this.rounds.start({ atOnce: true });
  }

  onModuleDestroy(): void {
    this.rounds.stop();
  }

  private async sweep(): Promise<void> {
    for await (const { key, modified } of this.storage.list('uploads/')) {
      if (Date.now() - modified.getTime() > FORGOTTEN_MS) await this.storage.delete(key);
    }
    await this.storage.sweep(FORGOTTEN_MS);
  }
}

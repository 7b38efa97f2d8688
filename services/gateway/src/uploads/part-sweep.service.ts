import { Inject, Injectable, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { Database } from '@propago/database';
import { CONFIG, LOGGER, Rounds, STORAGE, type BlobStore, type ConfigOf, type Logger } from '@propago/runtime';
import { UploadsService } from './uploads.service';

const SWEEP_MS = 10 * 60_000;
/** The row of a piece is committed moments after its blob. */
const ON_ITS_WAY_MS = 3_600_000;
const BATCH = 500;

/** Removes uploads that have expired, and pieces whose gateway died before it had noted or removed them. */
@Injectable()
export class PartSweepService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly rounds: Rounds;

  constructor(
    @Inject(CONFIG) config: ConfigOf<'gateway'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    @Inject(LOGGER) logger: Logger,
    private readonly database: Database,
    private readonly uploads: UploadsService,
  ) {
    const everyMs = Math.min(SWEEP_MS, config.UPLOAD_EXPIRY_HOURS * 3_600_000);
    this.rounds = new Rounds(() => this.sweep(), { name: 'sweep of uploads in pieces', everyMs, logger });
  }

  onApplicationBootstrap(): void {
    this.rounds.start({ atOnce: true });
  }

  onModuleDestroy(): void {
    this.rounds.stop();
  }

  async sweep(): Promise<void> {
    const expired = await this.database.upload.findMany({
      where: { expiresAt: { lt: new Date() } },
      select: { id: true },
    });
    for (const { id } of expired) await this.uploads.remove(id);
    let keys: string[] = [];
    for await (const { key, modified } of this.storage.list('parts/')) {
      if (Date.now() - modified.getTime() > ON_ITS_WAY_MS) keys.push(key);
      if (keys.length < BATCH) continue;
      await this.removeOrphans(keys);
      keys = [];
    }
    await this.removeOrphans(keys);
  }

  private async removeOrphans(keys: string[]): Promise<void> {
    const where = { blobKey: { in: keys } };
    const rows = await this.database.uploadPart.findMany({ where, select: { blobKey: true } });
    const known = new Set(rows.map(({ blobKey }) => blobKey));
    for (const key of keys) if (!known.has(key)) await this.storage.delete(key);
  }
}

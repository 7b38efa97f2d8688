import { Controller, Inject, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { SUBJECTS, type CollectQuestion } from '@propago/contracts';
import { Database } from '@propago/database';
import { NextSteps } from '@propago/pipeline';
import {
  answer,
  CONFIG,
  LOGGER,
  Rounds,
  STORAGE,
  StorageRoom,
  type BlobStore,
  type ConfigOf,
  type Logger,
} from '@propago/runtime';
import { Janitor } from './janitor';

/** Between two looks at whether the disk lacks room. */
const ROOM_MS = 15_000;
/** Older than any upload, job or transaction takes from a blob to its row. */
const ORPHAN_MS = 3600_000;

/** Cleans at intervals, when an operator asks for it, and where it helps when room runs short. */
@Controller()
export class JanitorController implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly janitor: Janitor;
  private readonly rounds: Rounds[];

  constructor(
    @Inject(CONFIG) config: ConfigOf<'results'>,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(STORAGE) storage: BlobStore,
    private readonly room: StorageRoom,
    database: Database,
    next: NextSteps,
  ) {
    this.janitor = new Janitor(database, storage, next, {
      runDays: config.RUN_RETENTION_DAYS,
      cacheHours: config.CACHE_RETENTION_HOURS,
      cacheBytes: config.CACHE_MAX_BYTES,
      minFreeBytes: config.STORAGE_MIN_FREE_BYTES,
      orphanMs: ORPHAN_MS,
    });
    const everyMs = config.JANITOR_MINUTES * 60_000;
    this.rounds = [
      new Rounds(() => this.clean(), { name: 'janitor', everyMs, logger }),
      new Rounds(() => this.makeRoom(), { name: 'room for uploads', everyMs: ROOM_MS, logger }),
    ];
  }

  @MessagePattern(SUBJECTS.collect, { queue: 'results' })
  collect(@Payload() { dryRun }: CollectQuestion) {
    return answer(this.logger, () => this.janitor.clean(dryRun));
  }

  onApplicationBootstrap(): void {
    for (const rounds of this.rounds) rounds.start();
  }

  onModuleDestroy(): void {
    for (const rounds of this.rounds) rounds.stop();
  }

  private async makeRoom(): Promise<void> {
    if (!(await this.room.shortageNow())) return;
    const removed = await this.janitor.makeRoom();
    if (removed.features.blobs + removed.frames.blobs > 0) this.logger.info(removed, 'janitor made room');
  }

  private async clean(): Promise<void> {
    const { expiredRuns, features, frames, overlays, orphans } = await this.janitor.clean();
    this.logger.info({ expiredRuns: expiredRuns.length, features, frames, overlays, orphans }, 'janitor');
  }
}

import { Controller, Inject, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { SUBJECTS, type CollectQuestion } from '@propago/contracts';
import { Database } from '@propago/database';
import { NextSteps } from '@propago/pipeline';
import { answer, CONFIG, LOGGER, STORAGE, type BlobStore, type ConfigOf, type Logger } from '@propago/runtime';
import { Janitor } from './janitor';

/** Older than any upload, job or transaction takes from a blob to its row. */
const ORPHAN_MS = 3600_000;

/** Cleans at intervals, and when an operator asks for it. */
@Controller()
export class JanitorController implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly janitor: Janitor;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'results'>,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(STORAGE) storage: BlobStore,
    database: Database,
    next: NextSteps,
  ) {
    this.janitor = new Janitor(database, storage, next, {
      runDays: config.RUN_RETENTION_DAYS,
      cacheHours: config.CACHE_RETENTION_HOURS,
      cacheBytes: config.CACHE_MAX_BYTES,
      orphanMs: ORPHAN_MS,
    });
  }

  @MessagePattern(SUBJECTS.collect, { queue: 'results' })
  collect(@Payload() { dryRun }: CollectQuestion) {
    return answer(() => this.janitor.clean(dryRun));
  }

  onApplicationBootstrap(): void {
    this.schedule();
  }

  onModuleDestroy(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(
      () => void this.clean().finally(() => this.schedule()),
      this.config.JANITOR_MINUTES * 60_000,
    );
  }

  private async clean(): Promise<void> {
    try {
      const { expiredRuns, ...removed } = await this.janitor.clean();
      this.logger.info({ expiredRuns: expiredRuns.length, ...removed }, 'janitor');
    } catch (error) {
      // Postgres, Redis or storage is away; the next round comes.
      this.logger.warn({ err: error }, 'janitor');
    }
  }
}

import { Controller, Inject, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { SUBJECTS, type CollectQuestion } from '@propago/contracts';
import { Database } from '@propago/database';
import { NextSteps } from '@propago/pipeline';
import { answer, CONFIG, LOGGER, Rounds, STORAGE, type BlobStore, type ConfigOf, type Logger } from '@propago/runtime';
import { Janitor } from './janitor';

/** Older than any upload, job or transaction takes from a blob to its row. */
const ORPHAN_MS = 3600_000;

/** Cleans at intervals, and when an operator asks for it. */
@Controller()
export class JanitorController implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly janitor: Janitor;
  private readonly rounds: Rounds;

  constructor(
    @Inject(CONFIG) config: ConfigOf<'results'>,
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
    const everyMs = config.JANITOR_MINUTES * 60_000;
    this.rounds = new Rounds(() => this.clean(), { name: 'janitor', everyMs, logger });
  }

  @MessagePattern(SUBJECTS.collect, { queue: 'results' })
  collect(@Payload() { dryRun }: CollectQuestion) {
    return answer(this.logger, () => this.janitor.clean(dryRun));
  }

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  onModuleDestroy(): void {
    this.rounds.stop();
  }

  private async clean(): Promise<void> {
    const { expiredRuns, ...removed } = await this.janitor.clean();
    this.logger.info({ expiredRuns: expiredRuns.length, ...removed }, 'janitor');
  }
}

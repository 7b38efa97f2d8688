import { Inject, Injectable, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { Database } from '@propago/database';
import { NextSteps, Queues, Reconciler } from '@propago/pipeline';
import { CONFIG, LOGGER, type ConfigOf, type Logger } from '@propago/runtime';

/** Looks for lost work at intervals. Several replicas doing so do no harm. */
@Injectable()
export class ReconcileService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly reconciler: Reconciler;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'results'>,
    @Inject(LOGGER) private readonly logger: Logger,
    database: Database,
    queues: Queues,
    next: NextSteps,
  ) {
    this.reconciler = new Reconciler(database, queues, next);
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
      () => void this.look().finally(() => this.schedule()),
      this.config.RECONCILE_SECONDS * 1000,
    );
  }

  private async look(): Promise<void> {
    try {
      await this.reconciler.reconcile();
    } catch (error) {
      // Postgres or Redis is away; the next look comes.
      this.logger.warn({ err: error }, 'reconcile');
    }
  }
}

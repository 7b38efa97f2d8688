import { Inject, Injectable, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { Database } from '@propago/database';
import { NextSteps, Reconciler } from '@propago/pipeline';
import { CONFIG, LOGGER, Rounds, type ConfigOf, type Logger } from '@propago/runtime';

/** Looks for lost work at intervals. Several replicas doing so do no harm. */
@Injectable()
export class ReconcileService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly rounds: Rounds;

  constructor(
    @Inject(CONFIG) config: ConfigOf<'results'>,
    @Inject(LOGGER) logger: Logger,
    database: Database,
    next: NextSteps,
  ) {
    const reconciler = new Reconciler(database, next);
    const everyMs = config.RECONCILE_SECONDS * 1000;
    this.rounds = new Rounds(() => reconciler.reconcile(), { name: 'reconcile', everyMs, logger });
  }

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  onModuleDestroy(): void {
    this.rounds.stop();
  }
}

import type { CodedError, TrainingEndState } from '@propago/contracts';
import type { Database, Prisma, TrainingRun } from '@propago/database';

/** A row of TrainingMetric that is not stored yet. */
export interface Metric {
  kind: 'train' | 'evaluation' | 'skipped';
  step: number;
  values: Prisma.InputJsonObject;
}

export interface Outcome {
  state: TrainingEndState;
  error?: CodedError;
  model?: { name: string; version: number | null };
}

/** Where a run is: its last step, of how many, and what is being done where that is no step. */
export interface Whereabouts {
  step?: number;
  steps?: number;
  phase?: string | null;
}

/** What a trainer is to do now: go on, save and end, or stop because another trainer has the run. */
export type Standing = 'held' | 'cancelled' | 'lost';

/**
 * A run that this trainer works on. The number of its starts is the fence: whoever starts it next has a higher one, and
 * from then on nothing is written through this object any more.
 */
export class ClaimedRun {
  private constructor(
    private readonly database: Database,
    readonly row: TrainingRun,
  ) {}

  /** Takes a run that is to run, whoever had it before; null for one that has ended, or is to. */
  static async claim(database: Database, id: string): Promise<ClaimedRun | null> {
    await database.trainingRun.updateMany({
      where: { id, state: { in: ['queued', 'running'] }, cancelRequestedAt: { not: null } },
      data: { state: 'cancelled', finishedAt: new Date() },
    });
    const wanted = { id, state: { in: ['queued', 'running'] } };
    await database.trainingRun.updateMany({ where: { ...wanted, startedAt: null }, data: { startedAt: new Date() } });
    const [row] = await database.trainingRun.updateManyAndReturn({
      where: wanted,
      data: { state: 'running', starts: { increment: 1 }, phase: 'fetching its data' },
    });
    return row ? new ClaimedRun(database, row) : null;
  }

  get id(): string {
    return this.row.id;
  }

  /** Stores what is new. Metrics that are there already stay: a run that goes on repeats its steps exactly. */
  async report(metrics: readonly Metric[], at: Whereabouts): Promise<Standing> {
    return this.database.$transaction(async (transaction) => {
      const [row] = await transaction.trainingRun.updateManyAndReturn({ where: this.mine(), data: at });
      if (!row) return 'lost';
      const data = metrics.map((metric) => ({ ...metric, runId: this.id }));
      if (data.length > 0) await transaction.trainingMetric.createMany({ data, skipDuplicates: true });
      return row.cancelRequestedAt ? 'cancelled' : 'held';
    });
  }

  /** Another trainer may go on with it. */
  async release(): Promise<void> {
    await this.database.trainingRun.updateMany({ where: this.mine(), data: { state: 'queued', phase: null } });
  }

  /** @returns whether it was still this trainer's */
  async end({ state, error, model }: Outcome): Promise<boolean> {
    const { count } = await this.database.trainingRun.updateMany({
      where: this.mine(),
      data: {
        state,
        phase: null,
        finishedAt: new Date(),
        errorCode: error?.code,
        errorDetail: error?.message,
        modelName: model?.name,
        modelVersion: model?.version,
      },
    });
    return count > 0;
  }

  private mine() {
    return { id: this.id, state: 'running', starts: this.row.starts };
  }
}

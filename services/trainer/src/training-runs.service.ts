import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CodedError, type TrainingRequest } from '@propago/contracts';
import { Database, type TrainingRun } from '@propago/database';
import { LOGGER, type Logger } from '@propago/runtime';
import { Artifacts } from './artifacts.service';
import { settingArguments } from './training-configuration';
import { TrainingInputs } from './training-inputs.service';
import { TrainingProgram } from './training-program';
import { TrainingQueue } from './training-queue';

/** Training runs come, are cancelled, go on and go. */
@Injectable()
export class TrainingRuns {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly database: Database,
    private readonly program: TrainingProgram,
    private readonly inputs: TrainingInputs,
    private readonly artifacts: Artifacts,
    private readonly queue: TrainingQueue,
  ) {}

  /** @throws CodedError TRAINER_UNAVAILABLE, TRAINING_CONFIG_INVALID, TRAINING_DATA_MISSING, TRAINING_PARENT_MISSING */
  async start({ name, parent, ...configuration }: TrainingRequest, createdBy: string): Promise<string> {
    const { source } = configuration.data;
    const places = source === 'videos' ? ['videos=.'] : [];
    const doubts = await this.program.check([...settingArguments(configuration.settings), `data=${source}`, ...places]);
    await this.inputs.assertData(configuration.data);
    if (parent !== undefined && !(await this.artifacts.hasCheckpoint(parent))) {
      throw new CodedError('TRAINING_PARENT_MISSING', `There is no checkpoint of a training run ${parent}.`);
    }
    const id = randomUUID();
    await this.database.trainingRun.create({
      data: {
        id,
        name,
        state: 'queued',
        configuration,
        parentId: parent,
        createdBy,
        metrics: doubts.length === 0 ? undefined : { create: { step: 0, kind: 'warning', values: doubts } },
      },
    });
    this.enqueue(id);
    return id;
  }

  /** A run that waits ends at once, one that runs when its process has saved. @throws CodedError TRAINING_RUN_NOT_FOUND, TRAINING_RUN_FINISHED */
  async cancel(id: string): Promise<void> {
    const now = new Date();
    const ended = await this.database.trainingRun.updateMany({
      where: { id, state: 'queued' },
      data: { state: 'cancelled', cancelRequestedAt: now, finishedAt: now },
    });
    if (ended.count > 0) return;
    const asked = await this.database.trainingRun.updateMany({
      where: { id, state: 'running' },
      data: { cancelRequestedAt: now },
    });
    if (asked.count > 0) return;
    const { state } = await this.mustFind(id);
    throw new CodedError('TRAINING_RUN_FINISHED', `The training run ${id} is ${state}.`);
  }

  /** A failed or cancelled run goes on at its last checkpoint. @throws CodedError as cancel, and TRAINING_RUN_NOT_FINISHED */
  async resume(id: string): Promise<void> {
    const { count } = await this.database.trainingRun.updateMany({
      where: { id, state: { in: ['failed', 'cancelled'] } },
      data: { state: 'queued', errorCode: null, errorDetail: null, finishedAt: null, cancelRequestedAt: null },
    });
    if (count === 0) {
      const { state } = await this.mustFind(id);
      if (state === 'succeeded') throw new CodedError('TRAINING_RUN_FINISHED', `The training run ${id} has succeeded.`);
      throw new CodedError('TRAINING_RUN_NOT_FINISHED', `The training run ${id} is ${state}.`);
    }
    this.enqueue(id);
  }

  /** Removes a run that has ended, and all its files. @throws CodedError TRAINING_RUN_NOT_FOUND, TRAINING_RUN_NOT_FINISHED */
  async delete(id: string): Promise<void> {
    const { count } = await this.database.trainingRun.deleteMany({ where: { id, state: { not: 'running' } } });
    if (count === 0) {
      await this.mustFind(id);
      throw new CodedError('TRAINING_RUN_NOT_FINISHED', `The training run ${id} is running: cancel it first.`);
    }
    await this.artifacts.removeAll(id);
  }

  /** Ids of the runs that want a trainer, whether or not they are in the queue. */
  async open(): Promise<string[]> {
    const rows = await this.database.trainingRun.findMany({
      where: { state: { in: ['queued', 'running'] } },
      select: { id: true },
      orderBy: { createdAt: 'asc' },
    });
    return rows.map(({ id }) => id);
  }

  /** A Redis that is away does not fail a change that stands in Postgres; the worker's next look enqueues it. */
  private enqueue(runId: string): void {
    this.queue.add({ runId }).catch((error: unknown) => this.logger.warn({ runId, err: error }, 'not enqueued yet'));
  }

  private async mustFind(id: string): Promise<TrainingRun> {
    const row = await this.database.trainingRun.findUnique({ where: { id } });
    if (!row) throw new CodedError('TRAINING_RUN_NOT_FOUND', `There is no training run ${id}.`);
    return row;
  }
}

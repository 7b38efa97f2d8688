import { BeforeApplicationShutdown, Inject, Injectable, OnApplicationBootstrap } from '@nestjs/common';
import type { Job } from 'bull';
import { CodedError } from '@propago/contracts';
import { asPlatformError, waitForRoom } from '@propago/pipeline';
import { CONFIG, LOGGER, Rounds, type ConfigOf, type Logger } from '@propago/runtime';
import { sweepScratchFolders } from '@propago/storage';
import { RunningTraining } from './running-training.service';
import { trainingJob, TrainingQueue } from './training-queue';
import { TrainingRuns } from './training-runs.service';

/**
 * Trains one run at a time on each GPU. Which runs want training stands in Postgres, and is looked up there at intervals: a
 * lost queue or a trainer that died loses nothing but the steps after the last checkpoint.
 */
@Injectable()
export class TrainingWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly working = new Set<Promise<void>>();
  private readonly freeGpus: string[];
  private readonly rounds: Rounds;

  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'trainer'>,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly training: TrainingQueue,
    private readonly runs: TrainingRuns,
    private readonly running: RunningTraining,
  ) {
    this.freeGpus = config.TRAINER_GPUS.split(',').filter(Boolean);
    const everyMs = config.RECONCILE_SECONDS * 1000;
    this.rounds = new Rounds(() => this.look(), { name: 'look for runs to train', everyMs, logger });
  }

  async onApplicationBootstrap(): Promise<void> {
    await sweepScratchFolders(this.config.TRAINER_WORK);
    const { queue } = this.training;
    void queue.process(Math.max(1, this.freeGpus.length), (job: Job<unknown>) => this.work(job));
    queue.on('failed', (job: Job<unknown>, error: Error) => {
      // Bull fails a job by itself, outside of `work`, when its workers died too often.
      const data = trainingJob.safeParse(job.data);
      if (data.success && /stalled/.test(error.message)) {
        void this.giveUp(data.data.runId, new CodedError('TRAINING_CRASHED', 'Every trainer that tried has died.'));
      }
    });
    this.rounds.start();
  }

  /** Running trainings are saved and left to another trainer, or to this one when it is back. */
  async beforeApplicationShutdown(): Promise<void> {
    this.rounds.stop();
    await this.training.queue.pause(true, true);
    this.stopping.abort();
    await Promise.allSettled(this.working);
  }

  private async work(job: Job<unknown>): Promise<void> {
    const { runId } = trainingJob.parse(job.data);
    const gpu = this.freeGpus.pop();
    const work = this.running.train(runId, { gpu, shutdown: this.stopping.signal });
    this.working.add(work);
    try {
      await work;
    } catch (thrown) {
      const error = asPlatformError(thrown);
      if (error.code === 'STORAGE_FULL') waitForRoom(job);
      const last = !this.stopping.signal.aborted && job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
      this.logger.error({ runId, err: thrown, retry: !last }, 'training');
      if (last) await this.giveUp(runId, error);
      throw error;
    } finally {
      this.working.delete(work);
      if (gpu !== undefined) this.freeGpus.push(gpu);
    }
  }

  private async giveUp(runId: string, error: CodedError): Promise<void> {
    try {
      await this.running.giveUp(runId, error);
    } catch (cause) {
      this.logger.warn({ runId, err: cause }, 'could not end a training');
    }
  }

  private async look(): Promise<void> {
    for (const runId of await this.runs.open()) await this.training.add({ runId });
  }
}

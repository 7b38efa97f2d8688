import { BeforeApplicationShutdown, Inject, Injectable, OnApplicationBootstrap } from '@nestjs/common';
import type { Job } from 'bull';
import { CodedError } from '@propago/contracts';
import { asPlatformError, waitForRoom } from '@propago/pipeline';
import { CONFIG, LOGGER, Rounds, type ConfigOf, type Logger } from '@propago/runtime';
import { validationJob, ValidationQueue } from './validation-queue';
import { Validator } from './validator.service';

/**
 * Validates one version after the other. Which ones want it stands in Postgres, and is looked up there at intervals: a
 * lost queue or a worker that died loses nothing.
 */
@Injectable()
export class ValidationWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly rounds: Rounds;
  private working: Promise<void> = Promise.resolve();

  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'models'>,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly validation: ValidationQueue,
    private readonly validator: Validator,
  ) {
    const everyMs = config.RECONCILE_SECONDS * 1000;
    this.rounds = new Rounds(() => this.look(), { name: 'look for versions to validate', everyMs, logger });
  }

  onApplicationBootstrap(): void {
    const { queue } = this.validation;
    // One at a time: two would measure each other's load.
    void queue.process(1, (job: Job<unknown>) => (this.working = this.work(job)));
    queue.on('failed', (job: Job<unknown>, error: Error) => {
      // Bull fails a job by itself, outside of `work`, when its workers died too often.
      const data = validationJob.safeParse(job.data);
      if (data.success && /stalled/.test(error.message)) {
        void this.validator
          .giveUp(data.data, new CodedError('MODEL_CRASHED', 'Every process that tried has died.'))
          .catch((cause: unknown) => this.logger.warn({ err: cause }, 'could not end a validation'));
      }
    });
    this.rounds.start();
  }

  /** A validation that outlasts the limit is stopped; another worker, or this one when it is back, begins it anew. */
  async beforeApplicationShutdown(): Promise<void> {
    this.rounds.stop();
    const limit = setTimeout(() => this.stopping.abort(), this.config.SHUTDOWN_SECONDS * 1000);
    await this.validation.queue.pause(true, true);
    await this.working.catch(() => {});
    clearTimeout(limit);
    this.stopping.abort();
  }

  private async work(job: Job<unknown>): Promise<void> {
    const data = validationJob.parse(job.data);
    try {
      await this.validator.validate(data, this.stopping.signal);
    } catch (thrown) {
      const error = asPlatformError(thrown);
      if (error.code === 'STORAGE_FULL') waitForRoom(job);
      const last = !this.stopping.signal.aborted && job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
      this.logger.error({ ...data, err: thrown, retry: !last }, 'validation');
      if (last) await this.validator.giveUp(data, error);
      throw error;
    }
  }

  private async look(): Promise<void> {
    for (const job of await this.validator.open()) await this.validation.add(job);
  }
}

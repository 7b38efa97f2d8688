import type { Job } from 'bull';
import type { Logger } from 'pino';
import { CodedError, STAGE_JOBS, type QueueName, type StageJobs } from '@propago/contracts';
import { inSpan } from '@propago/tracing';
import type { NextSteps } from './next-steps';
import type { Queues, TracedJob } from './queues';
import { asPlatformError } from './server-failure';
import type { StageMetrics } from './stage-metrics';
import { waitForRoom } from './wait-for-room';

/** What a finished job says of itself, for its end line and the metrics. */
export interface JobReport {
  /** Its output was there already. */
  skipped?: boolean;
  frames?: number;
  /** Seconds in the stage's own work: decoding, encoding, propagating, making masks. */
  workSeconds?: number;
}

/** The work of one queue: parse, load, call, store, next. */
export interface StageHandler<S extends QueueName = QueueName> {
  readonly stage: S;
  /** Jobs at once in this process. */
  readonly concurrency: number;
  /** @param signal aborts when no run wants the job any more, or when the process has to go */
  process(data: StageJobs[S], signal: AbortSignal): Promise<JobReport>;
  /**
   * Removes what serves unfinished runs only; called after a job that no run wants any more. Whoever ended the last run
   * has done so too, but a worker that had been taken for dead stores its output later.
   */
  discard?(data: StageJobs[S]): Promise<void>;
  /** Writes down that a job has failed for good. Without it, the runs that needed the job end. */
  gaveUp?(data: StageJobs[S], error: CodedError): Promise<void>;
}

const DISCARDED = new Error('no run wants this job any more');
const SHUTTING_DOWN = new Error('the process is shutting down');

/** Takes the jobs from one queue, one start line and one end line each. */
export class StageRunner<S extends QueueName> {
  private readonly active = new Map<AbortController, { data: StageJobs[S]; done: Promise<unknown> }>();
  private isDraining = false;

  constructor(
    private readonly handler: StageHandler<S>,
    private readonly queues: Queues,
    private readonly next: NextSteps,
    private readonly metrics: StageMetrics,
    private readonly logger: Logger,
  ) {}

  start(): void {
    const queue = this.queues.of(this.handler.stage);
    void queue.process(this.handler.concurrency, (job) => this.track(job));
    queue.on('failed', (job: Job<unknown>, error: Error) => {
      // Bull fails a job by itself, outside of `work`, when its workers died too often.
      const data = this.parse(job);
      if (data && /stalled/.test(error.message)) void this.giveUp(data, new CodedError('INTERNAL', error.message));
    });
    queue.on('error', (error: Error) => this.logger.warn({ stage: this.handler.stage, error: error.message }, 'queue'));
  }

  /** Aborts the jobs that no run wants any more; called when a run is cancelled, and now and then, as news may be lost. */
  async abortUnwanted(): Promise<void> {
    for (const [controller, { data }] of this.active) {
      if (!(await this.next.isWanted(data))) controller.abort(DISCARDED);
    }
  }

  /** Takes no new job and waits for the running ones; those that outlast the limit are aborted and handed back. */
  async drain(limitSeconds: number): Promise<void> {
    this.isDraining = true;
    await this.queues.of(this.handler.stage).pause(true, true);
    const running = () => Promise.allSettled([...this.active.values()].map(({ done }) => done));
    await Promise.race([running(), new Promise((resolve) => setTimeout(resolve, limitSeconds * 1000).unref())]);
    for (const controller of this.active.keys()) controller.abort(SHUTTING_DOWN);
    await running();
  }

  private async track(job: Job<unknown>): Promise<JobReport> {
    const data = this.parse(job);
    if (!data) return { skipped: true };
    const controller = new AbortController();
    // Bull may be about to hand out a job when it is told to take none.
    if (this.isDraining) controller.abort(SHUTTING_DOWN);
    const parent = (job.data as TracedJob<S>).traceparent;
    const { stage } = this.handler;
    const attributes = { ...attributesOf(data), 'propago.stage': stage, 'propago.attempt': job.attemptsMade + 1 };
    // Where Redis has just gone away, the order of what waits is not worth a job's attempt.
    const begun = this.queues.begun(stage, job).catch(() => {});
    const done = begun
      .then(() =>
        inSpan(`${stage} job`, { parent, kind: 'consumer', attributes }, () => this.work(job, data, controller.signal)),
      )
      .finally(() => this.active.delete(controller));
    this.active.set(controller, { data, done });
    return done;
  }

  /**
   * What the job is to do; undefined for a job that this platform did not make, or whose data Redis has lost: after a
   * frozen worker's job was finished by another one, Bull may hand out the bare id once more.
   */
  private parse(job: Job<unknown>): StageJobs[S] | undefined {
    const data: Partial<TracedJob<S>> = { ...(job.data as object) };
    delete data.traceparent;
    const parsed = STAGE_JOBS[this.handler.stage].safeParse(data);
    if (parsed.success) return parsed.data as StageJobs[S];
    this.logger.warn({ stage: this.handler.stage, jobId: job.id, data: job.data }, 'job without its data');
    return undefined;
  }

  private async work(job: Job<unknown>, data: StageJobs[S], signal: AbortSignal): Promise<JobReport> {
    const { stage } = this.handler;
    const log = this.logger.child({ stage, ...data, attempt: job.attemptsMade + 1 });
    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1000;
    log.info('job start');
    try {
      signal.throwIfAborted();
      const wanted = await this.next.isWanted(data);
      const report = wanted ? await this.handler.process(data, signal) : { skipped: true };
      await this.discardUnwanted(data);
      this.metrics.jobs.inc({ stage, outcome: report.skipped ? 'skipped' : 'done' });
      this.metrics.jobSeconds.observe({ stage }, seconds());
      this.metrics.frames.inc({ stage }, report.frames ?? 0);
      this.metrics.workSeconds.inc({ stage }, report.workSeconds ?? 0);
      log.info({ ...report, ms: Math.round(seconds() * 1000) }, 'job end');
      return report;
    } catch (thrown) {
      if (signal.reason === DISCARDED) {
        await this.discardUnwanted(data);
        this.metrics.jobs.inc({ stage, outcome: 'skipped' });
        log.info({ skipped: true, ms: Math.round(seconds() * 1000) }, 'job end');
        return { skipped: true };
      }
      const error = asPlatformError(thrown);
      if (error.code === 'STORAGE_FULL' && signal.reason !== SHUTTING_DOWN) {
        waitForRoom(job);
        this.metrics.jobs.inc({ stage, outcome: 'waiting' });
        log.warn(
          { code: error.code, err: error.cause ?? error, ms: Math.round(seconds() * 1000) },
          'job waits for room',
        );
        throw error;
      }
      // A job that is handed back has not failed: when Bull takes it off the queue, the reconciler brings it back.
      const last =
        signal.reason !== SHUTTING_DOWN && (!error.kind.retryable || job.attemptsMade + 1 >= (job.opts.attempts ?? 1));
      this.metrics.jobs.inc({ stage, outcome: last ? 'failed' : 'retried' });
      log.error(
        { code: error.code, err: (error.cause as Error) ?? error, retry: !last, ms: Math.round(seconds() * 1000) },
        'job end',
      );
      if (last) {
        await job.discard();
        // While a server is away no run is to blame: the reconciler brings the job back, again and again.
        if (error.code !== 'SERVICE_UNAVAILABLE') await this.giveUp(data, error);
      }
      throw error;
    }
  }

  private async discardUnwanted(data: StageJobs[S]): Promise<void> {
    if (this.handler.discard && !(await this.next.isWanted(data))) await this.handler.discard(data);
  }

  private async giveUp(data: StageJobs[S], error: CodedError): Promise<void> {
    try {
      await (this.handler.gaveUp ? this.handler.gaveUp(data, error) : this.next.jobFailed(data, error));
    } catch (cause) {
      // The reconciler enqueues the job again, and it will fail again.
      this.logger.child(data).warn({ err: cause }, 'could not write down that a job has failed');
    }
  }
}

/** What a job is to do, as attributes of its span. */
function attributesOf(data: StageJobs[QueueName]): Record<string, string | number> {
  const facts = Object.entries(data).filter(([, value]) => typeof value === 'string' || typeof value === 'number');
  return Object.fromEntries(facts.map(([name, value]) => [`propago.${name}`, value as string | number]));
}

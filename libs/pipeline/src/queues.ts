import { setTimeout as sleep } from 'node:timers/promises';
import Bull, { type Job, type JobOptions, type Queue } from 'bull';
import { QUEUES, type QueueName, type StageJobs } from '@propago/contracts';
import { currentTraceparent } from '@propago/tracing';
import { Turns, type Line } from './turns';

export interface QueueOptions {
  redisUrl: string;
  /** First part of every Redis key: `<prefix>:<stage>:wait`. */
  prefix: string;
  /** A worker that has not renewed its lock for so long is taken for dead. */
  lockSeconds: number;
}

// A finished or failed job leaves nothing in Redis, so that the same id can be enqueued again when its need returns.
// Attempts outlast a dependency's restart: 0.5 + 1 + 2 + 4 + 8 s.
const JOB_OPTIONS: JobOptions = {
  attempts: 6,
  backoff: { type: 'exponential', delay: 500 },
  removeOnComplete: true,
  removeOnFail: true,
  // A job that waits for room fails any number of times.
  stackTraceLimit: 3,
};

/** What lies in Redis: what the job is to do, and the trace that it belongs to. */
export type TracedJob<S extends QueueName> = StageJobs[S] & { traceparent?: string };

const IDLE_POLL_MS = 50;

/** The Bull queues of all stages, and of the work beside them. Adding work twice is harmless: a job's id follows from what it is to do. */
export class Queues {
  private readonly queues = new Map<string, Queue>();

  constructor(private readonly options: QueueOptions) {}

  /** One of them, connected on first use. */
  of<S extends QueueName>(stage: S): Queue<StageJobs[S]> {
    return this.named(stage);
  }

  /** A queue of work that belongs to no run, with the same rules. */
  named<Data>(name: string): Queue<Data> {
    let queue = this.queues.get(name);
    if (!queue) {
      const { redisUrl, prefix, lockSeconds } = this.options;
      queue = new Bull(name, redisUrl, {
        prefix,
        defaultJobOptions: JOB_OPTIONS,
        settings: {
          lockDuration: lockSeconds * 1000,
          stalledInterval: lockSeconds * 500,
          // A job whose worker died is given to another one this often before its run fails.
          maxStalledCount: 3,
        },
      });
      // Bull reconnects by itself; without a listener a lost connection would end the process.
      queue.on('error', () => {});
      this.queues.set(name, queue);
    }
    return queue;
  }

  /** The job's span will continue the active one. */
  async add<S extends QueueName>(stage: S, data: StageJobs[S], line: Line): Promise<Job<StageJobs[S]>> {
    const traced: TracedJob<S> = { ...data, traceparent: currentTraceparent() };
    const id = jobId(stage, data);
    return this.of(stage).add(traced, { jobId: id, priority: await this.turns(stage).take(line, id) });
  }

  /** A worker has begun a job, so that those who come now come after it. */
  async begun(stage: QueueName, { opts }: Job<unknown>): Promise<void> {
    // Bull takes jobs without a priority before all others.
    if (opts.priority) await this.turns(stage).begin(opts.priority);
  }

  private turns(stage: QueueName): Turns {
    return new Turns(this.of(stage).client, `${this.options.prefix}:${stage}`);
  }

  /** Jobs by state of every queue, for metrics. */
  async counts(): Promise<Record<QueueName, Awaited<ReturnType<Queue['getJobCounts']>>>> {
    const entries = await Promise.all(QUEUES.map(async (stage) => [stage, await this.of(stage).getJobCounts()]));
    return Object.fromEntries(entries);
  }

  /** Seconds that the next job of a queue has waited; 0 where none waits. */
  async waitingSeconds(stage: QueueName): Promise<number> {
    const [next] = await this.of(stage).getJobs(['waiting'], 0, 0, true);
    return next ? Math.max(0, Date.now() - next.timestamp) / 1000 : 0;
  }

  /**
   * Waits until no worker is at a job that is meant. A job taken later sees in Postgres whether it is still wanted, so
   * afterwards nothing is written any more for what is not wanted.
   * @returns whether that is so; false when the limit came first
   */
  async untilIdle(
    isMeant: (stage: QueueName, data: StageJobs[QueueName]) => boolean,
    limitMs: number,
  ): Promise<boolean> {
    for (const deadline = Date.now() + limitMs; ; await sleep(IDLE_POLL_MS)) {
      const active = await Promise.all(
        QUEUES.map(async (stage) => ({ stage, jobs: await this.of(stage).getActive() })),
      );
      // A job that ended while it was read is null.
      if (!active.some(({ stage, jobs }) => jobs.some((job) => job && isMeant(stage, job.data)))) return true;
      if (Date.now() > deadline) return false;
    }
  }

  /** A round trip to Redis. @throws Error at once where there is no connection */
  async ping(): Promise<void> {
    const { client } = this.of('ingest');
    if (client.status !== 'ready') throw new Error('There is no connection to Redis.');
    await client.ping();
  }

  async close(): Promise<void> {
    await Promise.all([...this.queues.values()].map((queue) => queue.close(true)));
    this.queues.clear();
  }
}

/** What a job is to do, as an id: doubles fall together. Bull forbids colons in custom ids. */
export function jobId<S extends QueueName>(stage: S, data: StageJobs[S]): string {
  return [stage, ...Object.values(data as Record<string, unknown>).filter((part) => typeof part !== 'object')].join(
    '-',
  );
}

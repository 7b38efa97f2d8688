import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { QUEUES } from '@propago/contracts';
import { inTime } from './in-time';
import type { Queues } from './queues';

/** Prometheus metrics of the queues that one process works on; `stage` is the name of the queue. */
export class StageMetrics {
  /** outcome: done | skipped | retried | waiting (for room in the storage) | failed */
  readonly jobs: Counter<'stage' | 'outcome'>;
  readonly jobSeconds: Histogram<'stage'>;
  readonly frames: Counter<'stage'>;
  /** Seconds inside the decoder, the encoder, the affinity kernel and the mask maker. */
  readonly workSeconds: Counter<'stage'>;

  constructor(registry: Registry, queues: Queues) {
    const registers = [registry];
    this.jobs = new Counter({
      name: 'propago_jobs_total',
      help: 'Jobs by stage and outcome.',
      labelNames: ['stage', 'outcome'],
      registers,
    });
    this.jobSeconds = new Histogram({
      name: 'propago_job_seconds',
      help: 'Seconds a job took, by stage.',
      labelNames: ['stage'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers,
    });
    this.frames = new Counter({
      name: 'propago_frames_total',
      help: 'Frames that a stage has finished.',
      labelNames: ['stage'],
      registers,
    });
    this.workSeconds = new Counter({
      name: 'propago_work_seconds_total',
      help: 'Seconds in the decoder (ingest), the encoder (features), the kernel (propagation), masks (results).',
      labelNames: ['stage'],
      registers,
    });
    new Gauge({
      name: 'propago_queue_oldest_seconds',
      help: 'Seconds that the next job of a stage has waited.',
      labelNames: ['stage'],
      registers,
      collect() {
        return ifKnown(this, async () => {
          for (const stage of QUEUES) this.set({ stage }, await queues.waitingSeconds(stage));
        });
      },
    });
    new Gauge({
      name: 'propago_queue_jobs',
      help: 'Jobs in the queue of a stage, by state.',
      labelNames: ['stage', 'state'],
      registers,
      collect() {
        return ifKnown(this, async () => {
          const counts = await queues.counts();
          for (const stage of QUEUES) {
            for (const state of ['waiting', 'active', 'delayed'] as const)
              this.set({ stage, state }, counts[stage][state]);
          }
        });
      },
    });
  }
}

/** What cannot be read shows nothing, and the other metrics are still shown. */
export async function ifKnown(gauge: Pick<Gauge, 'reset'>, read: () => Promise<void>): Promise<void> {
  try {
    await inTime(read());
  } catch {
    gauge.reset();
  }
}

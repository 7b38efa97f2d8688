import { Injectable } from '@nestjs/common';
import type { Propagation } from '@propago/affinity';
import { Counter, Histogram, Registry } from 'prom-client';

/** What the affinity kernel does, frame by frame. */
@Injectable()
export class KernelMetrics {
  private readonly seconds: Histogram;
  private readonly pairs: Counter<'outcome'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.seconds = new Histogram({
      name: 'propago_kernel_frame_seconds',
      help: 'Seconds of the affinity kernel for one frame.',
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
      registers,
    });
    this.pairs = new Counter({
      name: 'propago_kernel_pairs_total',
      help: 'Pairs of patches in reach (candidate), those that passed the filter (survived), those scored exactly (scored).',
      labelNames: ['outcome'],
      registers,
    });
  }

  frame(seconds: number, { candidates, survivors, scored }: Propagation): void {
    this.seconds.observe(seconds);
    this.pairs.inc({ outcome: 'candidate' }, candidates);
    // The reference kernel has no filter.
    if (survivors !== undefined) this.pairs.inc({ outcome: 'survived' }, survivors);
    if (scored !== undefined) this.pairs.inc({ outcome: 'scored' }, scored);
  }
}

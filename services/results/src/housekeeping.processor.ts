import { Inject, Injectable } from '@nestjs/common';
import type { StageJobs } from '@propago/contracts';
import type { JobReport, StageHandler } from '@propago/pipeline';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import { RunEndService } from './run-end.service';
import { ShadowComparisonService } from './shadow-comparison.service';

/** What nobody waits for: the removal of deleted runs, and what shadow runs differ in. */
@Injectable()
export class HousekeepingProcessor implements StageHandler<'housekeeping'> {
  readonly stage = 'housekeeping';
  readonly concurrency: number;

  constructor(
    @Inject(CONFIG) config: ConfigOf<'results'>,
    private readonly ends: RunEndService,
    private readonly shadows: ShadowComparisonService,
  ) {
    this.concurrency = config.HOUSEKEEPING_CONCURRENCY;
  }

  async process({ kind, runId }: StageJobs['housekeeping'], signal: AbortSignal): Promise<JobReport> {
    if (kind === 'compare') return this.shadows.compare(runId, signal);
    await this.ends.purge(runId);
    return {};
  }
}

import { Inject, Injectable } from '@nestjs/common';
import type { StageJobs } from '@propago/contracts';
import type { JobReport, StageHandler } from '@propago/pipeline';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import { RunEndService } from './run-end.service';
import { SegmentMasksService } from './segment-masks.service';

/** Soft labels to masks, and the end of runs. */
@Injectable()
export class ResultsProcessor implements StageHandler<'results'> {
  readonly stage = 'results';
  readonly concurrency: number;

  constructor(
    @Inject(CONFIG) config: ConfigOf<'results'>,
    private readonly masks: SegmentMasksService,
    private readonly ends: RunEndService,
  ) {
    this.concurrency = config.RESULTS_CONCURRENCY;
  }

  async process(job: StageJobs['results'], signal: AbortSignal): Promise<JobReport> {
    if (job.kind === 'end') return { skipped: !(await this.ends.end(job.runId, job.error)) };
    const report = await this.masks.store(job, signal);
    await this.ends.end(job.runId);
    return report;
  }
}

import { Inject, Injectable } from '@nestjs/common';
import type { ResultsJob } from '@propago/contracts';
import type { JobReport, StageHandler } from '@propago/pipeline';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import { OverlayService } from './overlay.service';
import { RunEndService } from './run-end.service';
import { SegmentMasksService } from './segment-masks.service';
import { ShadowComparisonService } from './shadow-comparison.service';

/** Soft labels to masks, the end of runs, exports, the removal of deleted runs, and what shadow runs differ in. */
@Injectable()
export class ResultsProcessor implements StageHandler<'results'> {
  readonly stage = 'results';
  readonly concurrency: number;

  constructor(
    @Inject(CONFIG) config: ConfigOf<'results'>,
    private readonly masks: SegmentMasksService,
    private readonly ends: RunEndService,
    private readonly overlays: OverlayService,
    private readonly shadows: ShadowComparisonService,
  ) {
    this.concurrency = config.RESULTS_CONCURRENCY;
  }

  async process(job: ResultsJob, signal: AbortSignal): Promise<JobReport> {
    switch (job.kind) {
      case 'segment': {
        const report = await this.masks.store(job, signal);
        await this.ends.end(job.runId);
        return report;
      }
      case 'end':
        return { skipped: !(await this.ends.end(job.runId, job.error)) };
      case 'overlay':
        return this.overlays.render(job.runId, signal);
      case 'purge':
        await this.ends.purge(job.runId);
        return {};
      case 'compare':
        return this.shadows.compare(job.runId, signal);
    }
  }
}

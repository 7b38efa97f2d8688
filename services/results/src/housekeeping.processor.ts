import { Inject, Injectable } from '@nestjs/common';
import type { StageJobs } from '@propago/contracts';
import type { JobReport, StageHandler } from '@propago/pipeline';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import { RunEndService } from './run-end.service';
import { ShadowComparisonService } from './shadow-comparison.service';
import { VideoEndService } from './video-end.service';

/** What nobody waits for: the removal of deleted runs and videos, and what shadow runs differ in. */
@Injectable()
export class HousekeepingProcessor implements StageHandler<'housekeeping'> {
  readonly stage = 'housekeeping';
  readonly concurrency: number;

  constructor(
    @Inject(CONFIG) config: ConfigOf<'results'>,
    private readonly ends: RunEndService,
    private readonly shadows: ShadowComparisonService,
    private readonly videos: VideoEndService,
  ) {
    this.concurrency = config.HOUSEKEEPING_CONCURRENCY;
  }

  async process(job: StageJobs['housekeeping'], signal: AbortSignal): Promise<JobReport> {
    if (job.kind === 'compare') return this.shadows.compare(job.runId, signal);
    if (job.kind === 'purge') await this.ends.purge(job.runId);
    else await this.videos.purge(job.videoId);
    return {};
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { blobKeys, type StageJobs } from '@propago/contracts';
import type { JobReport, StageHandler } from '@propago/pipeline';
import { CONFIG, STORAGE, type BlobStore, type ConfigOf } from '@propago/runtime';
import { RunEndService } from './run-end.service';
import { ShadowComparisonService } from './shadow-comparison.service';
import { VideoEndService } from './video-end.service';

/** What nobody waits for: the removal of deleted runs, videos and exports, and what shadow runs differ in. */
@Injectable()
export class HousekeepingProcessor implements StageHandler<'housekeeping'> {
  readonly stage = 'housekeeping';
  readonly concurrency: number;

  constructor(
    @Inject(CONFIG) config: ConfigOf<'results'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly ends: RunEndService,
    private readonly shadows: ShadowComparisonService,
    private readonly videos: VideoEndService,
  ) {
    this.concurrency = config.HOUSEKEEPING_CONCURRENCY;
  }

  async process(job: StageJobs['housekeeping'], signal: AbortSignal): Promise<JobReport> {
    switch (job.kind) {
      case 'compare':
        return this.shadows.compare(job.runId, signal);
      case 'purge':
        await this.ends.purge(job.runId);
        return {};
      case 'purge-video':
        await this.videos.purge(job.videoId);
        return {};
      case 'remove-export':
        await this.storage.delete(blobKeys.export(job.runId, job.removed));
        return {};
    }
  }
}

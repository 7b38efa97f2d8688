import { Inject, Injectable } from '@nestjs/common';
import type { StageJobs } from '@propago/contracts';
import type { JobReport, StageHandler } from '@propago/pipeline';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import { OverlayService } from './overlay.service';

/** Files that are made of a run's masks when somebody asks for them. */
@Injectable()
export class ExportsProcessor implements StageHandler<'exports'> {
  readonly stage = 'exports';
  readonly concurrency: number;

  constructor(
    @Inject(CONFIG) config: ConfigOf<'results'>,
    private readonly overlays: OverlayService,
  ) {
    this.concurrency = config.EXPORTS_CONCURRENCY;
  }

  process({ runId }: StageJobs['exports'], signal: AbortSignal): Promise<JobReport> {
    return this.overlays.render(runId, signal);
  }
}

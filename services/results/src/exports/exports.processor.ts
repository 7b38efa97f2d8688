import { Inject, Injectable } from '@nestjs/common';
import type { CodedError, StageJobs } from '@propago/contracts';
import type { JobReport, StageHandler } from '@propago/pipeline';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import { MakeExportService } from './make-export.service';

/** Files that are made of a run's masks when somebody asks for them. */
@Injectable()
export class ExportsProcessor implements StageHandler<'exports'> {
  readonly stage = 'exports';
  readonly concurrency: number;

  constructor(
    @Inject(CONFIG) config: ConfigOf<'results'>,
    private readonly exports: MakeExportService,
  ) {
    this.concurrency = config.EXPORTS_CONCURRENCY;
  }

  process(job: StageJobs['exports'], signal: AbortSignal): Promise<JobReport> {
    return this.exports.make(job, signal);
  }

  gaveUp(job: StageJobs['exports'], error: CodedError): Promise<void> {
    return this.exports.fail(job, error);
  }
}

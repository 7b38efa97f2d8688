import { Module } from '@nestjs/common';
import { ModelStatusController } from './model-status.controller';
import { ModelStatusService } from './model-status.service';
import { ModelReportController } from './model-report.controller';
import { ModelReports } from './model-reports.service';
import { ShadowComparisonsController } from './shadow-comparisons.controller';

/** What is served of the models, and what their shadows would change. */
@Module({
  controllers: [ModelStatusController, ShadowComparisonsController, ModelReportController],
  providers: [ModelStatusService, ModelReports],
})
export class ModelsStatusModule {}

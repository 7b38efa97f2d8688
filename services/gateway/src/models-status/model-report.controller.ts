import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers } from '@propago/runtime';
import { RequireScope } from '../access/require-scope';
import { Refuses } from '../http/open-api/refuses';
import { ModelReports } from './model-reports.service';

@ApiTags('models')
@RequireScope('admin')
@Controller('v1/admin/models/:name/report')
export class ModelReportController {
  constructor(private readonly reports: ModelReports) {}

  @Get()
  @ApiOperation({
    summary: 'How the versions of a model do: the runs of each part of its traffic, and its shadows beside these',
  })
  @Answers('ModelReport')
  @Refuses('MODEL_NOT_FOUND')
  getModelReport(@Param('name') name: string) {
    return this.reports.of(name);
  }
}

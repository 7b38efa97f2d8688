import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { trainingRequest } from '@propago/contracts';
import { Answers } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { IdempotencyHeader, PageQuery, TrainingRunParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { pageOf } from '../http/paging';
import { parseBody, schemaOf } from '../http/parse-body';
import { TrainingRunsService } from './training-runs.service';

const PAGE = { fallback: 50, most: 500 };

@ApiTags('training')
@RequireScope('admin')
@Controller('v1/admin/training-runs')
export class TrainingRunsController {
  constructor(private readonly runs: TrainingRunsService) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Train an encoder; one run at a time on each GPU of a trainer',
    description:
      'Settings, data and parent are looked at by the trainer before the run is accepted (422). Follow the Location.',
  })
  @Answers('TrainingRun', 202)
  @IdempotencyHeader()
  @ApiBody({ schema: schemaOf(trainingRequest) })
  @Refuses(
    /^TRAINING_(CONFIG_INVALID|DATA_MISSING|PARENT_MISSING|RUN_NOT_FOUND)$/,
    'TRAINER_UNAVAILABLE',
    /^IDEMPOTENCY_/,
  )
  async startTrainingRun(
    @Body() body: unknown,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('Idempotency-Key') key?: string,
  ) {
    const { runId, replayed } = await this.runs.start(parseBody(trainingRequest, body), caller, key);
    if (replayed) void reply.header('idempotency-replayed', 'true');
    void reply.header('location', `/v1/admin/training-runs/${runId}`);
    return this.runs.get(runId);
  }

  @Get()
  @ApiOperation({ summary: 'All training runs, newest first' })
  @Answers('TrainingRunPage')
  @PageQuery(PAGE)
  @Refuses('OPTION_OUT_OF_RANGE')
  listTrainingRuns(@Query('limit') limit?: string, @Query('cursor') cursor?: string) {
    return this.runs.list(pageOf(limit, PAGE), cursor);
  }

  @Get(':id')
  @ApiOperation({ summary: 'State, step, error, and the version that was registered' })
  @Answers('TrainingRun')
  @TrainingRunParameter()
  @Refuses('TRAINING_RUN_NOT_FOUND')
  getTrainingRun(@Param('id') id: string) {
    return this.runs.get(id);
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @ApiOperation({ summary: 'Save a checkpoint and stop; a run that waits is cancelled at once' })
  @Answers('TrainingRun', 202)
  @TrainingRunParameter()
  @Refuses('TRAINING_RUN_NOT_FOUND', 'TRAINING_RUN_FINISHED', 'TRAINER_UNAVAILABLE')
  async cancelTrainingRun(@Param('id') id: string, @CurrentCaller() caller: Caller) {
    await this.runs.row(id);
    await this.runs.change({ what: 'cancel', runId: id }, caller);
    return this.runs.get(id);
  }

  @Post(':id/resume')
  @HttpCode(202)
  @ApiOperation({ summary: 'Go on with a failed or cancelled run at its last checkpoint, on whichever trainer' })
  @Answers('TrainingRun', 202)
  @TrainingRunParameter()
  @Refuses(
    'TRAINING_RUN_NOT_FOUND',
    'TRAINING_RUN_NOT_FINISHED',
    'TRAINING_RUN_FINISHED',
    'TRAINING_PARENT_MISSING',
    'TRAINER_UNAVAILABLE',
  )
  async resumeTrainingRun(@Param('id') id: string, @CurrentCaller() caller: Caller) {
    await this.runs.row(id);
    await this.runs.change({ what: 'resume', runId: id }, caller);
    return this.runs.get(id);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a run that does not run, and its files; a registered version stays' })
  @TrainingRunParameter()
  @Refuses('TRAINING_RUN_NOT_FOUND', 'TRAINING_RUN_NOT_FINISHED', 'TRAINER_UNAVAILABLE')
  async deleteTrainingRun(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<void> {
    await this.runs.row(id);
    await this.runs.change({ what: 'delete', runId: id }, caller);
  }
}

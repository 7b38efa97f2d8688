import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { trainingRequest } from '@propago/contracts';
import { Answers } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { parseBody } from '../access/new-key';
import { RequireScope } from '../access/require-scope';
import { pageOf } from '../runs/paging';
import { TrainingRunsService } from './training-runs.service';

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
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'A repeated request gets the first answer' })
  @ApiBody({ schema: z.toJSONSchema(trainingRequest, { io: 'input' }) as Record<string, unknown> })
  async start(
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
  @ApiQuery({ name: 'limit', required: false, description: '1 to 500, 50 by default' })
  @ApiQuery({ name: 'cursor', required: false, description: '`next` of the page before' })
  list(@Query('limit') limit?: string, @Query('cursor') cursor?: string) {
    return this.runs.list(pageOf(limit, { fallback: 50, most: 500 }), cursor);
  }

  @Get(':id')
  @ApiOperation({ summary: 'State, step, error, and the version that was registered' })
  @Answers('TrainingRun')
  get(@Param('id') id: string) {
    return this.runs.get(id);
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @ApiOperation({ summary: 'Save a checkpoint and stop; a run that waits is cancelled at once' })
  @Answers('TrainingRun', 202)
  async cancel(@Param('id') id: string, @CurrentCaller() caller: Caller) {
    await this.runs.row(id);
    await this.runs.change({ what: 'cancel', runId: id }, caller);
    return this.runs.get(id);
  }

  @Post(':id/resume')
  @HttpCode(202)
  @ApiOperation({ summary: 'Go on with a failed or cancelled run at its last checkpoint, on whichever trainer' })
  @Answers('TrainingRun', 202)
  async resume(@Param('id') id: string, @CurrentCaller() caller: Caller) {
    await this.runs.row(id);
    await this.runs.change({ what: 'resume', runId: id }, caller);
    return this.runs.get(id);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a run that does not run, and its files; a registered version stays' })
  async remove(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<void> {
    await this.runs.row(id);
    await this.runs.change({ what: 'delete', runId: id }, caller);
  }
}

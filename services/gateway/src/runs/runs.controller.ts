import { Controller, Delete, Get, Headers, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CodedError, runOptions } from '@propago/contracts';
import { Database } from '@propago/database';
import { NextSteps } from '@propago/pipeline';
import { Answers, News } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { QuotaService, UNLIMITED } from '../access/quota.service';
import { RequireScope } from '../access/require-scope';
import { AcceptRunService } from './accept-run.service';
import { EnqueueService } from './enqueue.service';
import { lengthOf } from './form-parts';
import { IdempotencyService } from './idempotency.service';
import { pageOf, placeOf } from './paging';
import { RunViewService } from './run-view.service';
import { UploadService } from './upload.service';

/** JSON Schema's way to describe the JSON inside a string. */
const OPTIONS_SCHEMA = {
  type: 'string',
  description: 'JSON: a preset, and what should differ from it',
  contentMediaType: 'application/json',
  contentSchema: z.toJSONSchema(runOptions),
  example: '{"preset":"siammae","parameters":{"topK":7}}',
};

@ApiTags('runs')
@RequireScope('runs:read')
@Controller('v1/runs')
export class RunsController {
  constructor(
    private readonly uploads: UploadService,
    private readonly idempotency: IdempotencyService,
    private readonly quota: QuotaService,
    private readonly accepting: AcceptRunService,
    private readonly view: RunViewService,
    private readonly database: Database,
    private readonly news: News,
    private readonly next: NextSteps,
    private readonly enqueue: EnqueueService,
  ) {}

  @Post()
  @RequireScope('runs:write')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Propagate the labels of the first frame through a video; answers when the run is committed',
  })
  @Answers('Run', 202)
  @ApiConsumes('multipart/form-data')
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'A repeated request gets the first answer' })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['video', 'mask'],
      properties: {
        options: OPTIONS_SCHEMA,
        mask: {
          type: 'string',
          format: 'binary',
          description:
            'PNG of the video’s size whose values are class ids, indexed (DAVIS) or grey: 0 background, 255 void; 0 and ' +
            '255 alone are one object, class 1. Or a class for each flat colour, or an object on transparent ground',
        },
        video: { type: 'string', format: 'binary', description: 'A video, or a zip of JPEG or PNG frames' },
      },
    },
  })
  async create(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CurrentCaller() caller: Caller,
    @Headers('Idempotency-Key') key?: string,
  ) {
    const { runId, replayed } = await this.idempotency.once(caller.tenant, key, async (claim) => {
      // A repeated request adds no run, so that it gets its answer also where there is no room for another.
      const room = claim.isReplay ? UNLIMITED : await this.quota.admit(caller, lengthOf(request));
      return this.uploads.withUpload(request, room, (upload) => this.accepting.accept(upload, claim, caller));
    });
    void reply.header('location', `/v1/runs/${runId}`);
    if (replayed) void reply.header('idempotency-replayed', 'true');
    return this.view.get(runId, caller);
  }

  @Get()
  @ApiOperation({ summary: 'All runs, newest first' })
  @Answers('RunPage')
  @ApiQuery({ name: 'limit', required: false, description: '1 to 200, 50 by default' })
  @ApiQuery({ name: 'cursor', required: false, description: '`next` of the page before' })
  list(@CurrentCaller() caller: Caller, @Query('limit') limit?: string, @Query('cursor') cursor?: string) {
    return this.view.list(
      caller,
      pageOf(limit, { fallback: 50, most: 200 }),
      cursor === undefined ? undefined : placeOf(cursor),
    );
  }

  @Get(':id')
  @ApiOperation({ summary: 'State, progress, parameters, encoder, timings and error of a run' })
  @Answers('Run')
  get(@Param('id') id: string, @CurrentCaller() caller: Caller) {
    return this.view.get(id, caller);
  }

  @Post(':id/cancel')
  @RequireScope('runs:write')
  @HttpCode(202)
  @ApiOperation({ summary: 'Stop a run; a run that has ended already stays as it is (409)' })
  @Answers('Run', 202)
  async cancel(@Param('id') id: string, @CurrentCaller() caller: Caller) {
    const { state } = await this.view.get(id, caller);
    if (!['queued', 'running', 'cancelling'].includes(state)) {
      throw new CodedError('RUN_FINISHED', `The run has ${state} already.`);
    }
    await this.requestCancel(id);
    await this.enqueue.nowOrLater(id, this.next.runCancelled(id));
    return this.view.get(id, caller);
  }

  @Delete(':id')
  @RequireScope('runs:write')
  @HttpCode(204)
  @ApiOperation({ summary: 'Stop a run if it is running, and remove everything that belongs to it' })
  async remove(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<void> {
    await this.view.mustExist(id, caller);
    await this.database.run.update({ where: { id }, data: { deletedAt: new Date() } });
    await this.requestCancel(id);
    await this.enqueue.nowOrLater(id, this.next.runDeleted(id));
  }

  private async requestCancel(id: string): Promise<void> {
    await this.database.run.updateMany({
      where: { id, cancelRequestedAt: null },
      data: { cancelRequestedAt: new Date() },
    });
    this.news.cancel(id);
  }
}

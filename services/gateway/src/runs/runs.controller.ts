import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerAddress, CodedError, RUN_STATES } from '@propago/contracts';
import { Database } from '@propago/database';
import { NextSteps } from '@propago/pipeline';
import { Answers, News } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { QuotaService, UNLIMITED } from '../access/quota.service';
import { RequireScope } from '../access/require-scope';
import { IdempotencyService } from '../http/idempotency.service';
import { AlsoTakesJson } from '../http/open-api/bodies';
import { IdempotencyHeader, PageQuery, RunParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { pageOf, placeOf } from '../http/paging';
import { parseBody, schemaOf } from '../http/parse-body';
import { AcceptRunService } from './accept-run.service';
import { EnqueueService } from './enqueue.service';
import { fileBytesOf } from '../http/form-parts';
import { runChange, runFilter } from './run-request';
import { RunViewService } from './run-view.service';
import { UploadService } from './upload.service';

const PAGE = { fallback: 50, most: 200 };
const TIME = { type: 'string', format: 'date-time' } as const;

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
    summary: 'Propagate the labels of some frames through a video; answers when the run is committed',
    description:
      'Send options, masks and prompts before the video: what is wrong with them is said before the video is read. Labels ' +
      'are known for one frame or more, as masks, as JSON, or both; nothing is accepted of a request with a bad one. ' +
      'Instead of a video, `videoId` names one that was sent before, or the one of another run: nothing is sent or decoded ' +
      'again, and the request may be JSON; or `uploadId` one that was sent to `/v1/uploads`.',
  })
  @Answers('Run', 202)
  @ApiConsumes('multipart/form-data')
  @IdempotencyHeader()
  @ApiBody({ schema: { $ref: answerAddress('CreateRunBody') } })
  @AlsoTakesJson('RunRequest')
  @Refuses(
    /^(VIDEO|ZIP|FRAME|MASK|KEYPOINTS?|OBJECT|OPTION|QUOTA|IDEMPOTENCY|STORAGE)_/,
    'ANNOTATIONS_INVALID',
    'PRESET_UNKNOWN',
    'ENCODER_UNKNOWN',
    'INPUT_TOO_LARGE',
    'UPLOAD_ABORTED',
    'UPLOAD_NOT_FOUND',
    'UPLOAD_INCOMPLETE',
    'MODEL_VERSION_NOT_READY',
  )
  async createRun(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CurrentCaller() caller: Caller,
    @Headers('Idempotency-Key') key?: string,
  ) {
    const { runId, replayed } = await this.idempotency.once(caller.tenant, key, async (claim) => {
      // A repeated request adds no run, so that it gets its answer also where there is no room for another.
      const room = claim.isReplay ? UNLIMITED : await this.quota.admit(caller, fileBytesOf(request), 'run');
      const sender = { caller, isReplay: claim.isReplay, room };
      return this.uploads.withUpload(request, sender, (upload) => this.accepting.accept(upload, claim, caller));
    });
    void reply.header('location', `/v1/runs/${runId}`);
    if (replayed) void reply.header('idempotency-replayed', 'true');
    return this.view.get(runId, caller);
  }

  @Get()
  @ApiOperation({ summary: 'All runs, or those that the filters choose, newest first' })
  @Answers('RunPage')
  @PageQuery(PAGE)
  @ApiQuery({
    name: 'state',
    required: false,
    description: 'In this state; repeated: in one of these',
    schema: { type: 'array', items: { type: 'string', enum: [...RUN_STATES] } },
  })
  @ApiQuery({ name: 'name', required: false, description: 'Of exactly this name', schema: { type: 'string' } })
  @ApiQuery({
    name: 'tag',
    required: false,
    description: 'With this tag; repeated: with all of these',
    schema: { type: 'array', items: { type: 'string' } },
  })
  @ApiQuery({
    name: 'videoSha256',
    required: false,
    description: 'Of a video of these bytes, however often it was sent',
    schema: { type: 'string', pattern: '^[0-9a-f]{64}$' },
  })
  @ApiQuery({ name: 'createdAfter', required: false, description: 'Accepted later than this', schema: TIME })
  @ApiQuery({ name: 'createdBefore', required: false, description: 'Accepted earlier than this', schema: TIME })
  @Refuses('OPTION_OUT_OF_RANGE')
  listRuns(
    @CurrentCaller() caller: Caller,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
    @Query('state') state?: string | string[],
    @Query('name') name?: string,
    @Query('tag') tag?: string | string[],
    @Query('videoSha256') videoSha256?: string,
    @Query('createdAfter') createdAfter?: string,
    @Query('createdBefore') createdBefore?: string,
  ) {
    const filter = parseBody(runFilter, { state, name, tag, videoSha256, createdAfter, createdBefore });
    const after = cursor === undefined ? undefined : placeOf(cursor);
    return this.view.list(caller, filter, { limit: pageOf(limit, PAGE), after });
  }

  @Get(':id')
  @ApiOperation({ summary: 'State, progress, parameters, encoder, timings and error of a run' })
  @Answers('Run')
  @RunParameter()
  @Refuses('RUN_NOT_FOUND')
  getRun(@Param('id') id: string, @CurrentCaller() caller: Caller) {
    return this.view.get(id, caller);
  }

  @Patch(':id')
  @RequireScope('runs:write')
  @ApiOperation({ summary: 'Change the name or the tags of a run; what is absent stays as it is' })
  @Answers('Run')
  @RunParameter()
  @ApiBody({ schema: { ...schemaOf(runChange), example: { name: 'second try', tags: ['street'] } } })
  @Refuses('RUN_NOT_FOUND')
  async updateRun(@Param('id') id: string, @Body() body: unknown, @CurrentCaller() caller: Caller) {
    await this.view.mustExist(id, caller);
    const data = parseBody(runChange, body);
    // Of a run that is removed in between there is nothing to change, and the view says so.
    await this.database.run.updateMany({ where: { id }, data });
    return this.view.get(id, caller);
  }

  @Post(':id/cancel')
  @RequireScope('runs:write')
  @HttpCode(202)
  @ApiOperation({ summary: 'Stop a run; a run that has ended already stays as it is (409)' })
  @Answers('Run', 202)
  @RunParameter()
  @Refuses('RUN_NOT_FOUND', 'RUN_FINISHED')
  async cancelRun(@Param('id') id: string, @CurrentCaller() caller: Caller) {
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
  @RunParameter()
  @Refuses('RUN_NOT_FOUND')
  async deleteRun(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<void> {
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

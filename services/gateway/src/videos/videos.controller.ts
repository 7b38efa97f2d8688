import { Controller, Delete, Get, Headers, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Answers } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { QuotaService, UNLIMITED } from '../access/quota.service';
import { RequireScope } from '../access/require-scope';
import { fileBytesOf } from '../http/form-parts';
import { IdempotencyService } from '../http/idempotency.service';
import { AlsoTakesJson } from '../http/open-api/bodies';
import { IdempotencyHeader, PageQuery, VideoParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { pageOf, placeOf } from '../http/paging';
import { IncomingVideoService } from './incoming-video.service';
import { VideoViewService } from './video-view.service';
import { VideosService, type VideoAnswer } from './videos.service';

const PAGE = { fallback: 50, most: 200 };

@ApiTags('videos')
@RequireScope('runs:read')
@Controller('v1/videos')
export class VideosController {
  constructor(
    private readonly incoming: IncomingVideoService,
    private readonly idempotency: IdempotencyService,
    private readonly quota: QuotaService,
    private readonly videos: VideosService,
    private readonly view: VideoViewService,
  ) {}

  @Post()
  @RequireScope('runs:write')
  @HttpCode(201)
  @ApiOperation({
    summary: 'Send a video, to look at its frames and for runs on it',
    description:
      'It stays until it is deleted, or has had no run for the time that the operator has set, and counts in the quota. ' +
      'The id belongs to the tenant: who sends the same bytes again gets another one. As JSON, `uploadId` names a file ' +
      'that was sent to `/v1/uploads`.',
  })
  @Answers('Video', 201)
  @ApiConsumes('multipart/form-data')
  @IdempotencyHeader()
  @ApiBody({
    schema: {
      type: 'object',
      additionalProperties: false,
      required: ['video'],
      properties: {
        video: {
          type: 'string',
          format: 'binary',
          description: 'A video, or a zip of JPEG or PNG frames; the part needs a file name',
        },
      },
    },
  })
  @AlsoTakesJson('VideoRequest')
  @Refuses(
    /^(VIDEO_(?!IN_USE)|ZIP_|FRAME_|IDEMPOTENCY_|STORAGE_)/,
    'QUOTA_BYTES',
    'UPLOAD_ABORTED',
    'UPLOAD_NOT_FOUND',
    'UPLOAD_INCOMPLETE',
  )
  async createVideo(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CurrentCaller() caller: Caller,
    @Headers('Idempotency-Key') key?: string,
  ) {
    const { videoId, replayed } = await this.idempotency.once<VideoAnswer & { replayed: boolean }, VideoAnswer>(
      caller.tenant,
      key,
      async (claim) => {
        // A repeated request adds no video, so that it gets its answer also where there is no room for another.
        const room = claim.isReplay ? UNLIMITED : await this.quota.admit(caller, fileBytesOf(request), 'video');
        const sender = { caller, isReplay: claim.isReplay, room };
        return this.incoming.withVideo(request, sender, (video) => this.videos.accept(video, claim, caller));
      },
    );
    void reply.header('location', `/v1/videos/${videoId}`);
    if (replayed) void reply.header('idempotency-replayed', 'true');
    return this.view.of(await this.videos.find(videoId, caller));
  }

  @Get()
  @ApiOperation({ summary: 'All videos, newest first, also those that came with runs' })
  @Answers('VideoPage')
  @PageQuery(PAGE)
  @Refuses('OPTION_OUT_OF_RANGE')
  listVideos(@CurrentCaller() caller: Caller, @Query('limit') limit?: string, @Query('cursor') cursor?: string) {
    const after = cursor === undefined ? undefined : placeOf(cursor);
    return this.view.list(caller, { limit: pageOf(limit, PAGE), after });
  }

  @Get(':id')
  @ApiOperation({ summary: 'Size, rate, codec and rotation of a video, and how far its frames are known' })
  @Answers('Video')
  @VideoParameter()
  @Refuses('VIDEO_NOT_FOUND')
  async getVideo(@Param('id') id: string, @CurrentCaller() caller: Caller) {
    return this.view.of(await this.videos.find(id, caller));
  }

  @Delete(':id')
  @RequireScope('runs:write')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a video; while there are runs on it, it stays (409)' })
  @VideoParameter()
  @Refuses('VIDEO_NOT_FOUND', 'VIDEO_IN_USE')
  deleteVideo(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<void> {
    return this.videos.remove(id, caller);
  }
}

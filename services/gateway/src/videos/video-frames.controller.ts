import { Readable } from 'node:stream';
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CodedError, padded, type AnswerOf } from '@propago/contracts';
import { Database } from '@propago/database';
import { Answers, AnswersFile } from '@propago/runtime';
import { scalePicture, type VideoProbe } from '@propago/video';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { sendFile } from '../http/file-answer';
import { FrameParameter, PageQuery, VideoParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { frameCursor, frameNumber, pageOf } from '../http/paging';
import { VideoFramesService } from './video-frames.service';
import { VideoViewService } from './video-view.service';
import { VideosService } from './videos.service';

const PAGE = { fallback: 100, most: 1000 };
const LEAST_WIDTH = 16;

@ApiTags('videos')
@RequireScope('runs:read')
@VideoParameter()
@Controller('v1/videos/:id')
export class VideoFramesController {
  constructor(
    private readonly database: Database,
    private readonly videos: VideosService,
    private readonly view: VideoViewService,
    private readonly frames: VideoFramesService,
  ) {}

  @Get('frames')
  @ApiOperation({
    summary: 'The frame table: index, time stamp, whether it is a key frame, and the name of a zip’s frame',
    description:
      'The first request has the video decoded; until `frames` is a number there may be more than the page shows. No run ' +
      'is needed.',
  })
  @Answers('VideoFramePage')
  @PageQuery(PAGE)
  @Refuses('VIDEO_NOT_FOUND', 'OPTION_OUT_OF_RANGE')
  async listVideoFrames(
    @Param('id') id: string,
    @CurrentCaller() caller: Caller,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
  ): Promise<AnswerOf<'VideoFramePage'>> {
    const found = await this.videos.find(id, caller);
    const most = pageOf(limit, PAGE);
    const after = cursor === undefined ? -1 : frameCursor(cursor);
    const own = await this.frames.open(found);
    const known = await this.view.decodingOf(own);
    const rows = await this.database.videoFrame.findMany({
      where: { videoSha256: own.videoSha256, index: { gt: after } },
      orderBy: { index: 'asc' },
      take: most + 1,
    });
    const { timeBase } = own.video.probe as unknown as VideoProbe;
    const items = rows.slice(0, most).map(({ index, pts, keyFrame, name }) => ({
      index,
      pts: Number(pts),
      seconds: (Number(pts) * timeBase.num) / timeBase.den,
      keyFrame,
      ...(name === null ? {} : { name }),
    }));
    return { timeBase, ...known, items, next: rows.length > most ? String(items.at(-1)!.index) : null };
  }

  @Get('frames/:frame/image.jpg')
  @ApiOperation({
    summary: 'The picture of one frame, upright, as the encoder sees it but at full size, or scaled to a width',
    description:
      'Masks and points are drawn on this picture. It is made at the first request, together with those beside it, and ' +
      'cached. 503 with Retry-After where that takes longer than a request should.',
  })
  @FrameParameter()
  @ApiQuery({
    name: 'width',
    required: false,
    description: 'Pixels of a row, at most those of the video; the height follows. By default the full size',
    schema: { type: 'integer', minimum: LEAST_WIDTH, example: 640 },
  })
  @AnswersFile('image/jpeg')
  @Refuses(
    /^(VIDEO_(?!IN_USE|MISSING)|ZIP_|FRAME_)/,
    'OPTION_OUT_OF_RANGE',
    'RANGE_NOT_SATISFIABLE',
    'PICTURE_NOT_READY',
  )
  async getFrameImage(
    @Param('id') id: string,
    @Param('frame') frame: string,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query('width') width?: string,
  ) {
    const own = await this.videos.find(id, caller);
    const index = frameNumber(frame);
    const full = (own.video.probe as unknown as VideoProbe).width;
    const wanted = widthOf(width, full);
    const picture = await this.frames.picture(own, index);
    const bytes = wanted === full ? picture : await scalePicture(picture, wanted);
    return sendFile(request, reply, {
      mediaType: 'image/jpeg',
      bytes: bytes.length,
      // The frame never changes; another version of the encoder of pictures may give other bytes.
      version: `${id}-${index}-${wanted}-${bytes.length}`,
      isShown: true,
      isImmutable: true,
      name: `${padded(index)}.jpg`,
      open: async (range) => Readable.from([range ? bytes.subarray(range.start, range.end + 1) : bytes]),
    });
  }
}

/** @throws CodedError OPTION_OUT_OF_RANGE: a picture is never made larger than its frame */
function widthOf(width: string | undefined, full: number): number {
  if (width === undefined) return full;
  const least = Math.min(LEAST_WIDTH, full);
  if (/^\d{1,5}$/.test(width) && Number(width) >= least && Number(width) <= full) return Number(width);
  throw new CodedError('OPTION_OUT_OF_RANGE', `Expected width in [${least}, ${full}].`);
}

import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { blobFolders, CodedError, padded, runLabel, type AnswerOf } from '@propago/contracts';
import { Database } from '@propago/database';
import { Answers, AnswersFile, STORAGE, type BlobStore } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { sendFile } from '../http/file-answer';
import { Refuses } from '../http/open-api/refuses';
import { FrameParameter, PageQuery, RunParameter } from '../http/open-api/parameters';
import { frameNumber, pageOf } from '../http/paging';
import { streamedPart } from '../http/streamed-part';
import { framePage } from './frame-page';
import { maskArchive, type ArchivedMask } from './mask-archive';
import { RunViewService } from './run-view.service';
import { withoutMasks } from './without-labels';

const PAGE = { fallback: 100, most: 1000 };

@ApiTags('runs')
@RequireScope('runs:read')
@RunParameter()
@Controller('v1/runs/:id')
export class MasksController {
  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
    private readonly view: RunViewService,
  ) {}

  @Get('frames')
  @ApiOperation({
    summary: 'The frame table: index, time stamp, and area, confidence and COCO RLE of each class, key points',
  })
  @Answers('FramePage')
  @PageQuery(PAGE)
  @Refuses('RUN_NOT_FOUND', 'OPTION_OUT_OF_RANGE')
  async listFrames(
    @Param('id') id: string,
    @CurrentCaller() caller: Caller,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
  ): Promise<AnswerOf<'FramePage'>> {
    const { timeBase } = (await this.view.get(id, caller)).video;
    return framePage(this.database, { runId: id, timeBase }, { most: pageOf(limit, PAGE), cursor });
  }

  @Get('frames/:frame/mask.png')
  @ApiOperation({ summary: 'The mask of one frame as an indexed PNG; there as soon as its segment is done' })
  @FrameParameter()
  @AnswersFile('image/png')
  @Refuses('RUN_NOT_FOUND', 'FRAME_NOT_FOUND', 'MASKS_NONE', 'RANGE_NOT_SATISFIABLE', 'BLOB_MISSING')
  async getMask(
    @Param('id') id: string,
    @Param('frame') frame: string,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.view.mustExist(id, caller);
    const index = frameNumber(frame);
    const frameOfRun = { runId: id, frame: index };
    const known = await this.database.frameResult.findUnique({ where: { runId_frame: frameOfRun } });
    if (known?.maskKey === null) throw withoutMasks(id);
    const stored = known ? await this.storage.stat(known.maskKey) : null;
    if (!known || !stored) throw new CodedError('FRAME_NOT_FOUND', `Run ${id} has no mask for frame ${index} (yet).`);
    const { maskKey } = known;
    return sendFile(request, reply, {
      mediaType: 'image/png',
      bytes: stored.bytes,
      // A correction gives a frame another mask, of a later revision.
      version: `${id}-${index}-${known.revision}`,
      isShown: true,
      name: `${padded(index)}.png`,
      open: (range) => this.storage.getStream(maskKey, range),
    });
  }

  @Get('masks.zip')
  @ApiOperation({
    summary: 'All masks in DAVIS layout: <run>/00000.png, or the names of the zip’s frames',
    description: 'The folder is called as the run or its video, and the beginning of its id. Ranges are served.',
  })
  @AnswersFile('application/zip')
  @Refuses('RUN_NOT_FOUND', 'RUN_NOT_FINISHED', 'MASKS_NONE', 'RANGE_NOT_SATISFIABLE', 'BLOB_MISSING')
  async getMasksZip(
    @Param('id') id: string,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const run = await this.view.get(id, caller);
    if (run.state !== 'succeeded')
      throw new CodedError('RUN_NOT_FINISHED', `The run is ${run.state}; its masks are not complete.`);
    if (run.classIds.length === 0) throw withoutMasks(id);
    const label = runLabel({ ...run, videoName: run.video.fileName });
    const { bytes, version, open } = await maskArchive(await this.masksOf(id, label));
    return sendFile(request, reply, {
      mediaType: 'application/zip',
      bytes,
      version: `${id}-${version}`,
      name: `${label}.zip`,
      open: async (range) => (range ? streamedPart(open(), range) : open()),
    });
  }

  /** @throws CodedError BLOB_MISSING */
  private async masksOf(id: string, folder: string): Promise<ArchivedMask[]> {
    const frames = await this.database.frameResult.findMany({
      where: { runId: id },
      select: { frame: true, name: true, maskKey: true },
      orderBy: { frame: 'asc' },
    });
    const sizes = new Map<string, number>();
    for await (const { key, bytes } of this.storage.list(blobFolders.masks(id))) sizes.set(key, bytes);
    return frames.map(({ frame, name, maskKey: key }) => {
      const bytes = sizes.get(key ?? '');
      if (key === null || bytes === undefined)
        throw new CodedError('BLOB_MISSING', `The mask of frame ${frame} is missing.`);
      return { path: `${folder}/${name ?? padded(frame)}.png`, bytes, open: () => this.storage.getStream(key) };
    });
  }
}

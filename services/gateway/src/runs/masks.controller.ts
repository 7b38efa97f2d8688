import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ZipFile } from 'yazl';
import { CodedError, padded, type AnswerOf } from '@propago/contracts';
import { Database } from '@propago/database';
import { Answers, AnswersFile, STORAGE, type BlobStore } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { frameCursor, frameNumber, pageOf } from './paging';
import { RunViewService } from './run-view.service';

type FrameClasses = AnswerOf<'FramePage'>['items'][number]['classes'];

@ApiTags('results')
@RequireScope('runs:read')
@Controller('v1/runs/:id')
export class MasksController {
  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
    private readonly view: RunViewService,
  ) {}

  @Get('frames')
  @ApiOperation({ summary: 'The frame table: index, time stamp, and area, confidence and COCO RLE of each class' })
  @Answers('FramePage')
  @ApiQuery({ name: 'limit', required: false, description: '1 to 1000, 100 by default' })
  @ApiQuery({ name: 'cursor', required: false, description: '`next` of the page before' })
  async frames(
    @Param('id') id: string,
    @CurrentCaller() caller: Caller,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
  ): Promise<AnswerOf<'FramePage'>> {
    const { timeBase } = (await this.view.get(id, caller)).video;
    const most = pageOf(limit, { fallback: 100, most: 1000 });
    const rows = await this.database.frameResult.findMany({
      where: { runId: id, ...(cursor === undefined ? {} : { frame: { gt: frameCursor(cursor) } }) },
      orderBy: { frame: 'asc' },
      take: most + 1,
    });
    const items = rows.slice(0, most).map(({ frame, pts, keyFrame, name, confidence, classes }) => ({
      index: frame,
      pts: Number(pts),
      seconds: (Number(pts) * timeBase.num) / timeBase.den,
      keyFrame,
      ...(name === null ? {} : { name }),
      confidence,
      classes: classes as FrameClasses,
    }));
    return { timeBase, items, next: rows.length > most ? String(items.at(-1)!.index) : null };
  }

  @Get('frames/:frame/mask.png')
  @ApiOperation({ summary: 'The mask of one frame as an indexed PNG; there as soon as its segment is done' })
  @AnswersFile('image/png')
  async mask(
    @Param('id') id: string,
    @Param('frame') frame: string,
    @CurrentCaller() caller: Caller,
    @Res() reply: FastifyReply,
  ) {
    await this.view.mustExist(id, caller);
    const index = frameNumber(frame);
    const stored = await this.database.frameResult.findUnique({ where: { runId_frame: { runId: id, frame: index } } });
    if (!stored) throw new CodedError('FRAME_NOT_FOUND', `Run ${id} has no mask for frame ${index} (yet).`);
    const png = await this.storage.get(stored.maskKey);
    // A correction may replace it.
    void reply.header('cache-control', 'private, no-cache').header('etag', `"${stored.revision}"`).type('image/png');
    return reply.send(png);
  }

  @Get('masks.zip')
  @ApiOperation({ summary: 'All masks in DAVIS layout: <run>/00000.png, or the names of the zip’s frames' })
  @AnswersFile('application/zip')
  async zip(@Param('id') id: string, @CurrentCaller() caller: Caller, @Res() reply: FastifyReply) {
    const { state } = await this.view.get(id, caller);
    if (state !== 'succeeded')
      throw new CodedError('RUN_NOT_FINISHED', `The run is ${state}; its masks are not complete.`);
    const frames = await this.database.frameResult.findMany({
      where: { runId: id },
      select: { frame: true, name: true, maskKey: true },
      orderBy: { frame: 'asc' },
    });
    const zip = new ZipFile();
    for (const { frame, name, maskKey } of frames) {
      // Stored, not deflated: PNG is compressed already. Each mask is opened when its turn comes.
      const options = { compress: false, mtime: new Date(0) };
      zip.addReadStreamLazy(`${id}/${name ?? padded(frame)}.png`, options, (callback) => {
        this.storage.getStream(maskKey).then(
          (stream) => callback(null, stream),
          (error: Error) => callback(error, undefined as never),
        );
      });
    }
    zip.end();
    zip.on('error', (error) => reply.raw.destroy(error as unknown as Error));
    void reply.header('content-disposition', `attachment; filename="${id}.zip"`).type('application/zip');
    return reply.send(zip.outputStream);
  }
}

import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { blobKeys, CodedError, parseExportOptions, runLabel, type AnswerOf } from '@propago/contracts';
import { AnswersFile, STORAGE, type BlobStore } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { ExportsService } from '../exports/exports.service';
import { sendFile } from '../http/file-answer';
import { RunParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { RunViewService } from './run-view.service';

const RENDER_WAIT_MS = 100_000;
const RENDER_POLL_MS = 100;

@ApiTags('runs')
@RequireScope('runs:read')
@RunParameter()
@Controller('v1/runs/:id')
export class OverlayController {
  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly exports: ExportsService,
    private readonly view: RunViewService,
  ) {}

  @Get('overlay.mp4')
  @ApiOperation({
    summary: 'The video with its masks painted over it; rendered at the first request, which waits for it',
    description:
      'It is the export of format overlay-mp4. Ranges are served. 503 with Retry-After when rendering takes longer than ' +
      'a request should.',
  })
  @AnswersFile('video/mp4')
  @Refuses('RUN_NOT_FOUND', 'RUN_NOT_FINISHED', 'RANGE_NOT_SATISFIABLE', 'EXPORT_NOT_READY')
  async getOverlay(
    @Param('id') id: string,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const run = await this.view.get(id, caller);
    if (run.state !== 'succeeded') {
      throw new CodedError('RUN_NOT_FINISHED', `The run is ${run.state}; it has no overlay.`);
    }
    const { exportId, file } = await this.rendered(run, caller);
    return sendFile(request, reply, {
      mediaType: file.mediaType,
      bytes: file.bytes,
      version: file.sha256,
      isShown: true,
      name: `${runLabel({ ...run, videoName: run.video.fileName })}.mp4`,
      open: (range) => this.storage.getStream(blobKeys.export(id, exportId), range),
    });
  }

  private async rendered(run: AnswerOf<'Run'>, caller: Caller) {
    const { id: exportId } = await this.exports.request(run, 'overlay-mp4', parseExportOptions('overlay-mp4', {}));
    for (const deadline = Date.now() + RENDER_WAIT_MS; Date.now() < deadline;) {
      const { file, error } = await this.exports.get(run.id, exportId, caller);
      if (file) return { exportId, file };
      if (error) break;
      await new Promise((resolve) => setTimeout(resolve, RENDER_POLL_MS));
    }
    throw new CodedError('EXPORT_NOT_READY', 'The overlay is still being rendered, or could not be; ask again.');
  }
}

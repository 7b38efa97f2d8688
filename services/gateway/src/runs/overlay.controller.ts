import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { blobKeys, CodedError } from '@propago/contracts';
import { inTime, Queues } from '@propago/pipeline';
import { AnswersFile, STORAGE, type BlobStore } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { sendFile } from '../http/file-answer';
import { RunParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { runLabel } from './run-label';
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
    private readonly view: RunViewService,
    private readonly queues: Queues,
  ) {}

  @Get('overlay.mp4')
  @ApiOperation({
    summary: 'The video with its masks painted over it; rendered at the first request, which waits for it',
    description: 'Ranges are served. 503 with Retry-After when rendering takes longer than a request should.',
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
    const key = blobKeys.overlay(id, run.revision);
    const { bytes, modified } = await this.rendered(id, key, caller);
    return sendFile(request, reply, {
      mediaType: 'video/mp4',
      bytes,
      // An overlay that was removed may be rendered again, and need not have the same bytes then.
      version: `${id}-${run.revision}-${bytes}-${modified.getTime()}`,
      isShown: true,
      name: `${runLabel(run)}.mp4`,
      open: (range) => this.storage.getStream(key, range),
    });
  }

  private async rendered(id: string, key: string, caller: Caller): Promise<{ bytes: number; modified: Date }> {
    const there = await this.storage.stat(key);
    if (there) return there;
    const job = await inTime(
      this.queues.add('exports', { kind: 'overlay', runId: id }, { tenant: caller.tenant, urgency: 'user' }),
    );
    const deadline = Date.now() + RENDER_WAIT_MS;
    while (Date.now() < deadline) {
      const stat = await this.storage.stat(key);
      if (stat) return stat;
      // A finished job leaves the queue, and one that ended without its file has failed.
      if (!(await this.queues.of('exports').getJob(job.id))) break;
      await new Promise((resolve) => setTimeout(resolve, RENDER_POLL_MS));
    }
    const late = await this.storage.stat(key);
    if (late) return late;
    throw new CodedError('EXPORT_NOT_READY', 'The overlay is still being rendered, or could not be; ask again.');
  }
}

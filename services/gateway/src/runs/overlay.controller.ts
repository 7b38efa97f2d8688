import { Controller, Get, Headers, Inject, Param, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { blobKeys, CodedError } from '@propago/contracts';
import { inTime, Queues } from '@propago/pipeline';
import { AnswersFile, STORAGE, type BlobStore } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { byteRange } from './byte-range';
import { RunViewService } from './run-view.service';

const RENDER_WAIT_MS = 100_000;
const RENDER_POLL_MS = 100;

@ApiTags('results')
@RequireScope('runs:read')
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
  async overlay(
    @Param('id') id: string,
    @CurrentCaller() caller: Caller,
    @Res() reply: FastifyReply,
    @Headers('range') range?: string,
  ) {
    const { state, revision } = await this.view.get(id, caller);
    if (state !== 'succeeded') throw new CodedError('RUN_NOT_FINISHED', `The run is ${state}; it has no overlay.`);
    const key = blobKeys.overlay(id, revision);
    const { bytes } = await this.rendered(id, key);
    const etag = `"${id}-${revision}"`;
    void reply.header('accept-ranges', 'bytes').header('etag', etag).type('video/mp4');
    // What a range that cannot be satisfied must be answered with.
    void reply.header('content-range', `bytes */${bytes}`);
    const part = byteRange(range, bytes);
    if (!part)
      return reply
        .removeHeader('content-range')
        .header('content-length', bytes)
        .send(await this.storage.getStream(key));
    const { start, end } = part;
    void reply.status(206).header('content-range', `bytes ${start}-${end}/${bytes}`);
    return reply.header('content-length', end - start + 1).send(await this.storage.getStream(key, { start, end }));
  }

  private async rendered(id: string, key: string): Promise<{ bytes: number }> {
    const there = await this.storage.stat(key);
    if (there) return there;
    const job = await inTime(this.queues.add('results', { kind: 'overlay', runId: id }));
    const deadline = Date.now() + RENDER_WAIT_MS;
    while (Date.now() < deadline) {
      const stat = await this.storage.stat(key);
      if (stat) return stat;
      // A finished job leaves the queue, and one that ended without its file has failed.
      if (!(await this.queues.of('results').getJob(job.id))) break;
      await new Promise((resolve) => setTimeout(resolve, RENDER_POLL_MS));
    }
    const late = await this.storage.stat(key);
    if (late) return late;
    throw new CodedError('EXPORT_NOT_READY', 'The overlay is still being rendered, or could not be; ask again.');
  }
}

import { Readable } from 'node:stream';
import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CodedError, runLabel } from '@propago/contracts';
import { Database } from '@propago/database';
import { AnswersFile } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { contentDisposition } from '../http/content-disposition';
import { RunParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { keypointsTable } from './keypoints-table';
import { RunViewService } from './run-view.service';
import { withoutKeypoints } from './without-labels';

@ApiTags('runs')
@RequireScope('runs:read')
@RunParameter()
@Controller('v1/runs/:id')
export class KeypointsController {
  constructor(
    private readonly database: Database,
    private readonly view: RunViewService,
  ) {}

  @Get('keypoints.csv')
  @ApiOperation({
    summary: 'All key points as a table: a line for each point on each frame',
    description:
      'frame, object, name, point, x, y, confidence, state. Pixels of the video, where the centre of the first one is 0.5; ' +
      'a lost point may have no place.',
  })
  @AnswersFile('text/csv')
  @Refuses('RUN_NOT_FOUND', 'RUN_NOT_FINISHED', 'KEYPOINTS_NONE')
  async getKeypointsCsv(@Param('id') id: string, @CurrentCaller() caller: Caller, @Res() reply: FastifyReply) {
    const run = await this.view.get(id, caller);
    const objects = await this.database.runObject.findMany({ where: { runId: id, kind: 'keypoints' } });
    if (objects.length === 0) throw withoutKeypoints(id);
    if (run.state !== 'succeeded')
      throw new CodedError('RUN_NOT_FINISHED', `The run is ${run.state}; its key points are not complete.`);
    void reply
      .header(
        'content-disposition',
        contentDisposition('attachment', `${runLabel({ ...run, videoName: run.video.fileName })}.csv`),
      )
      .type('text/csv; charset=utf-8');
    const names = new Map(objects.map((object) => [object.id, object.name]));
    const rows = keypointsTable(names, (after, take) =>
      this.database.frameResult.findMany({
        where: { runId: id, frame: { gt: after } },
        select: { frame: true, keypoints: true },
        orderBy: { frame: 'asc' },
        take,
      }),
    );
    return reply.send(Readable.from(rows));
  }
}

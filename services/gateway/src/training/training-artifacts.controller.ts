import { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Answers, AnswersFile, STORAGE, type BlobStore } from '@propago/runtime';
import { RequireScope } from '../access/require-scope';
import { metricsTable } from './metrics-table';
import { TrainingRunsService } from './training-runs.service';

@ApiTags('training')
@RequireScope('admin')
@Controller('v1/admin/training-runs/:id')
export class TrainingArtifactsController {
  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly runs: TrainingRunsService,
  ) {}

  @Get('metrics.csv')
  @ApiOperation({ summary: 'Loss, learning rate and throughput by step' })
  @AnswersFile('text/csv')
  async metrics(@Param('id') id: string, @Res() reply: FastifyReply) {
    await this.runs.row(id);
    void reply.header('content-disposition', `attachment; filename="${id}.csv"`).type('text/csv; charset=utf-8');
    const rows = metricsTable((after, most) => this.runs.metrics(id, 'train', after, most));
    return reply.send(Readable.from(rows));
  }

  @Get('artifacts')
  @ApiOperation({ summary: 'Files of the run: the last checkpoints, the encoder, figures' })
  @Answers('TrainingArtifactList')
  async list(@Param('id') id: string) {
    return { items: await this.runs.artifacts(id) };
  }

  @Get('artifacts/:name')
  @ApiOperation({ summary: 'One file of the run' })
  @AnswersFile('application/octet-stream', 'image/png')
  async get(@Param('id') id: string, @Param('name') name: string, @Res() reply: FastifyReply) {
    const { kind, blobKey, bytes, sha256 } = await this.runs.artifact(id, name);
    void reply
      .header('content-disposition', `${kind === 'picture' ? 'inline' : 'attachment'}; filename="${name}"`)
      .header('content-length', Number(bytes))
      .header('etag', `"${sha256}"`)
      .type(kind === 'picture' ? 'image/png' : 'application/octet-stream');
    return reply.send(await this.storage.getStream(blobKey));
  }
}

import { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Answers, AnswersFile, STORAGE, type BlobStore } from '@propago/runtime';
import { RequireScope } from '../access/require-scope';
import { contentDisposition } from '../http/content-disposition';
import { sendFile } from '../http/file-answer';
import { TrainingRunParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { metricsTable } from './metrics-table';
import { TrainingRunsService } from './training-runs.service';

@ApiTags('training')
@RequireScope('admin')
@TrainingRunParameter()
@Controller('v1/admin/training-runs/:id')
export class TrainingArtifactsController {
  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly runs: TrainingRunsService,
  ) {}

  @Get('metrics.csv')
  @ApiOperation({ summary: 'Loss, learning rate and throughput by step' })
  @AnswersFile('text/csv')
  @Refuses('TRAINING_RUN_NOT_FOUND')
  async getTrainingMetrics(@Param('id') id: string, @Res() reply: FastifyReply) {
    await this.runs.row(id);
    void reply
      .header('content-disposition', contentDisposition('attachment', `${id}.csv`))
      .type('text/csv; charset=utf-8');
    const rows = metricsTable((after, most) => this.runs.metrics(id, 'train', after, most));
    return reply.send(Readable.from(rows));
  }

  @Get('artifacts')
  @ApiOperation({ summary: 'Files of the run: the last checkpoints, the encoder, figures' })
  @Answers('TrainingArtifactList')
  @Refuses('TRAINING_RUN_NOT_FOUND')
  async listTrainingArtifacts(@Param('id') id: string) {
    return { items: await this.runs.artifacts(id) };
  }

  @Get('artifacts/:name')
  @ApiOperation({ summary: 'One file of the run' })
  @AnswersFile('application/octet-stream', 'image/png')
  @Refuses('TRAINING_RUN_NOT_FOUND', 'TRAINING_ARTIFACT_NOT_FOUND', 'RANGE_NOT_SATISFIABLE', 'BLOB_MISSING')
  async getTrainingArtifact(
    @Param('id') id: string,
    @Param('name') name: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const { kind, blobKey, bytes, sha256 } = await this.runs.artifact(id, name);
    const isPicture = kind === 'picture';
    return sendFile(request, reply, {
      mediaType: isPicture ? 'image/png' : 'application/octet-stream',
      bytes: Number(bytes),
      version: sha256,
      isShown: isPicture,
      name,
      open: (range) => this.storage.getStream(blobKey, range),
    });
  }
}

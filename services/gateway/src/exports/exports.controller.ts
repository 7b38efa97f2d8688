import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  blobKeys,
  CodedError,
  EXPORT_FORMAT_NAMES,
  EXPORT_FORMATS,
  exportRequest,
  parseExportRequest,
  runLabel,
} from '@propago/contracts';
import { Answers, AnswersFile, STORAGE, type BlobStore } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { QuotaService } from '../access/quota.service';
import { RequireScope } from '../access/require-scope';
import { sendFile } from '../http/file-answer';
import { RunParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { schemaOf } from '../http/parse-body';
import { RunViewService } from '../runs/run-view.service';
import { ExportsService } from './exports.service';

const MEDIA_TYPES = [...new Set(EXPORT_FORMAT_NAMES.map((name) => EXPORT_FORMATS[name].mediaType))];

const ExportParameter = () =>
  ApiParam({ name: 'exportId', description: 'Of the export', schema: { type: 'string', format: 'uuid' } });

/** Files of a run in the formats of other programs. */
@ApiTags('runs')
@RequireScope('runs:read')
@RunParameter()
@Controller('v1/runs/:id/exports')
export class ExportsController {
  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly exports: ExportsService,
    private readonly view: RunViewService,
    private readonly quota: QuotaService,
  ) {}

  @Post()
  @RequireScope('runs:write')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Have the masks or key points of a run written in some format; docs/formats.md tells what each holds',
    description:
      'The same request on the same revision of the run gives the same export. The event stream of the run tells when ' +
      'it is ready.',
  })
  @ApiBody({
    schema: { ...schemaOf(exportRequest), example: { format: 'coco', options: { segmentation: 'rle' } } },
  })
  @Answers('Export', 202)
  @Refuses(
    /^OPTION_/,
    'RUN_NOT_FOUND',
    'RUN_NOT_FINISHED',
    'MASKS_NONE',
    'KEYPOINTS_NONE',
    'OBJECT_UNKNOWN',
    'EXPORT_IMPOSSIBLE',
    'QUOTA_EXPORTS',
    'QUOTA_BYTES',
  )
  async createExport(
    @Param('id') id: string,
    @Body() body: unknown,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const run = await this.view.get(id, caller);
    const { format, options } = parseExportRequest(body);
    await this.quota.admitExport(caller);
    const created = await this.exports.request(run, format, options);
    void reply.header('location', `/v1/runs/${id}/exports/${created.id}`);
    return created;
  }

  @Get()
  @ApiOperation({ summary: 'The exports of a run, newest first' })
  @Answers('ExportList')
  @Refuses('RUN_NOT_FOUND')
  listExports(@Param('id') id: string, @CurrentCaller() caller: Caller) {
    return this.exports.list(id, caller);
  }

  @Get(':exportId')
  @ApiOperation({ summary: 'State and size of an export, what its format cannot hold, and what was lost' })
  @ExportParameter()
  @Answers('Export')
  @Refuses('RUN_NOT_FOUND', 'EXPORT_NOT_FOUND')
  getExport(@Param('id') id: string, @Param('exportId') exportId: string, @CurrentCaller() caller: Caller) {
    return this.exports.get(id, exportId, caller);
  }

  @Get(':exportId/file')
  @ApiOperation({ summary: 'The file of an export; ranges are served. 503 with Retry-After until it is ready' })
  @ExportParameter()
  @AnswersFile(MEDIA_TYPES[0]!, ...MEDIA_TYPES.slice(1))
  @Refuses(
    'RUN_NOT_FOUND',
    'EXPORT_NOT_FOUND',
    'EXPORT_NOT_READY',
    'EXPORT_FAILED',
    'RANGE_NOT_SATISFIABLE',
    'BLOB_MISSING',
  )
  async getExportFile(
    @Param('id') id: string,
    @Param('exportId') exportId: string,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const { state, format, file, error, progress } = await this.exports.get(id, exportId, caller);
    if (error) throw new CodedError('EXPORT_FAILED', `${error.title} ${error.detail ?? ''} Ask for it again by POST.`);
    if (!file) {
      throw new CodedError(
        'EXPORT_NOT_READY',
        `The export is ${state}, with ${progress.done} of ${progress.total} frames.`,
      );
    }
    const run = await this.view.get(id, caller);
    const key = blobKeys.export(id, exportId);
    return sendFile(request, reply, {
      mediaType: file.mediaType,
      bytes: file.bytes,
      version: file.sha256,
      name: `${runLabel({ ...run, videoName: run.video.fileName })}-${format}.${EXPORT_FORMATS[format].extension}`,
      isImmutable: true,
      open: (range) => this.storage.getStream(key, range),
    });
  }

  @Delete(':exportId')
  @RequireScope('runs:write')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove an export, or stop making it' })
  @ExportParameter()
  @Refuses('RUN_NOT_FOUND', 'EXPORT_NOT_FOUND')
  async deleteExport(
    @Param('id') id: string,
    @Param('exportId') exportId: string,
    @CurrentCaller() caller: Caller,
  ): Promise<void> {
    await this.exports.remove(id, exportId, caller);
  }
}

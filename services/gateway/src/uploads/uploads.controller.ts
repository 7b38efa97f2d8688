import { Controller, Delete, Head, HttpCode, Options, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { readToItsEnd } from '../http/form-parts';
import { UploadParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { TusService } from './tus.service';
import { UploadsService } from './uploads.service';

const integer = { type: 'integer', minimum: 0 } as const;
const Version = () => ApiHeader({ name: 'Tus-Resumable', required: true, schema: { type: 'string', enum: ['1.0.0'] } });
const OFFSET = { 'Upload-Offset': { description: 'Bytes that have arrived', schema: integer } };

/** Files in pieces, by tus 1.0: what has arrived stays, whatever becomes of the connection or of a gateway. */
@ApiTags('videos')
@RequireScope('runs:write')
@Controller('v1/uploads')
export class UploadsController {
  constructor(
    private readonly uploads: UploadsService,
    private readonly tus: TusService,
  ) {}

  @Options()
  @HttpCode(204)
  @ApiOperation({ summary: 'Which version and extensions of tus the server speaks, and how large a file may be' })
  getUploadOptions(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @CurrentCaller() caller: Caller,
  ): Promise<void> {
    return this.tus.handle(request, reply, caller);
  }

  @Post()
  @ApiOperation({
    summary: 'Begin to send a file that resumes (tus 1.0); Location is where its bytes go',
    description:
      'For clients of tus, such as tus-js-client. When all bytes are there, `POST /v1/videos` or `POST /v1/runs` takes ' +
      'the id, which is the last part of Location, as `uploadId`. The file counts in the quota from now on.',
  })
  @Version()
  @ApiHeader({ name: 'Upload-Length', required: true, description: 'Bytes of the file', schema: integer })
  @ApiHeader({
    name: 'Upload-Metadata',
    required: false,
    description: '`filename` and its base64, as tus writes it: what the file is called',
    schema: { type: 'string' },
  })
  @ApiResponse({
    status: 201,
    description: 'The upload is there',
    headers: { Location: { schema: { type: 'string' } }, 'Upload-Expires': { schema: { type: 'string' } } },
  })
  @Refuses('TUS_VERSION', 'UPLOAD_TOO_LARGE', 'UPLOAD_CONFLICT', 'QUOTA_BYTES', 'STORAGE_FULL')
  createUpload(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @CurrentCaller() caller: Caller,
  ): Promise<void> {
    return this.tus.handle(request, reply, caller);
  }

  @Head(':id')
  @ApiOperation({ summary: 'How many bytes of a file have arrived' })
  @UploadParameter()
  @Version()
  @ApiResponse({ status: 200, description: 'How far it is', headers: OFFSET })
  @Refuses('TUS_VERSION', 'UPLOAD_NOT_FOUND')
  getUploadOffset(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @CurrentCaller() caller: Caller,
  ): Promise<void> {
    return this.own(id, request, reply, caller);
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Send bytes of a file, from where it goes on',
    description:
      'The body has the type `application/offset+octet-stream`. What has come of it when the connection breaks counts. ' +
      'Of two senders at once one gets 409.',
  })
  @UploadParameter()
  @Version()
  @ApiHeader({ name: 'Upload-Offset', required: true, description: 'Of the first byte', schema: integer })
  @ApiResponse({ status: 204, description: 'They have arrived', headers: OFFSET })
  @Refuses('TUS_VERSION', 'UPLOAD_NOT_FOUND', 'UPLOAD_CONFLICT', 'UPLOAD_TOO_LARGE', 'UPLOAD_ABORTED', 'STORAGE_FULL')
  appendToUpload(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @CurrentCaller() caller: Caller,
  ): Promise<void> {
    return this.own(id, request, reply, caller);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Give a file up: what has come of it is removed' })
  @UploadParameter()
  @Version()
  @Refuses('TUS_VERSION', 'UPLOAD_NOT_FOUND')
  deleteUpload(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @CurrentCaller() caller: Caller,
  ): Promise<void> {
    return this.own(id, request, reply, caller);
  }

  /** @throws CodedError UPLOAD_NOT_FOUND before anything else: others learn nothing of it */
  private async own(id: string, request: FastifyRequest, reply: FastifyReply, caller: Caller): Promise<void> {
    try {
      await this.uploads.find(id, caller);
      await this.tus.handle(request, reply, caller);
    } catch (error) {
      readToItsEnd(request);
      throw error;
    }
  }
}

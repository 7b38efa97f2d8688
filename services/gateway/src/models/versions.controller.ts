import { Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { blobKeys, modelProvenance } from '@propago/contracts';
import { encoderCardFactsSchema } from '@propago/encoder';
import { Answers, AnswersFile, STORAGE, type BlobStore } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { sendFile } from '../http/file-answer';
import { IdempotencyHeader, VersionParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { schemaOf } from '../http/parse-body';
import { ModelRegistry } from './model-registry.service';
import { newModelName, versionNumber } from './model-request';
import { RegisterService } from './register.service';

@ApiTags('models')
@RequireScope('admin')
@Controller('v1/admin/models')
export class VersionsController {
  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly registry: ModelRegistry,
    private readonly registering: RegisterService,
  ) {}

  @Post(':name/versions')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Register an encoder file as the next version of a model; its validation follows',
    description: 'The same file under one name is the same version. Follow the Location until it is READY or REJECTED.',
  })
  @Answers('ModelVersion', 202)
  @ApiConsumes('multipart/form-data')
  @IdempotencyHeader()
  @ApiBody({
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        model: { type: 'string', format: 'binary', description: 'An ONNX file' },
        source: { type: 'string', description: 'Storage key of a file that is there already, instead of model' },
        sha256: { type: 'string', description: 'What the file must have' },
        facts: { ...schemaOf(encoderCardFactsSchema), example: { patchSize: 16 } },
        provenance: schemaOf(modelProvenance),
      },
    },
  })
  @Refuses(
    /^MODEL_(MISSING|NOT_ONNX|SOURCE_NOT_FOUND|DIGEST_MISMATCH|CARD_CONFLICT|IN_USE)$/,
    /^IDEMPOTENCY_/,
    /^STORAGE_/,
    'UPLOAD_ABORTED',
  )
  async registerModelVersion(
    @Param('name') name: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CurrentCaller() caller: Caller,
    @Headers('Idempotency-Key') key?: string,
  ) {
    const { version, replayed } = await this.registering.register(newModelName(name), request, caller, key);
    if (replayed) void reply.header('idempotency-replayed', 'true');
    void reply.header('location', `/v1/admin/models/${name}/versions/${version}`);
    return this.registry.version(name, version);
  }

  @Get(':name/versions')
  @ApiOperation({ summary: 'All versions of a model, newest first' })
  @Answers('ModelVersionList')
  @Refuses('MODEL_NOT_FOUND')
  async listModelVersions(@Param('name') name: string) {
    return { items: await this.registry.versions(name) };
  }

  @Get(':name/versions/:version')
  @ApiOperation({ summary: 'State, reasons of a refusal, card, measurements and provenance of a version' })
  @Answers('ModelVersion')
  @VersionParameter()
  @Refuses('MODEL_NOT_FOUND')
  getModelVersion(@Param('name') name: string, @Param('version') version: string) {
    return this.registry.version(name, versionNumber(version));
  }

  @Get(':name/versions/:version/file')
  @ApiOperation({ summary: 'The ONNX file of a version' })
  @AnswersFile('application/octet-stream')
  @VersionParameter()
  @Refuses('MODEL_NOT_FOUND', 'RANGE_NOT_SATISFIABLE', 'BLOB_MISSING')
  async getModelFile(
    @Param('name') name: string,
    @Param('version') version: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const { sha256, bytes } = await this.registry.row(name, versionNumber(version));
    return sendFile(request, reply, {
      mediaType: 'application/octet-stream',
      bytes: Number(bytes),
      version: sha256,
      isImmutable: true,
      name: `${name}-${version}.onnx`,
      open: (range) => this.storage.getStream(blobKeys.encoderModel(sha256), range),
    });
  }

  @Delete(':name/versions/:version')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a version that no alias and no unfinished run needs (409 otherwise)' })
  @VersionParameter()
  @Refuses('MODEL_NOT_FOUND', 'MODEL_IN_USE')
  async deleteModelVersion(
    @Param('name') name: string,
    @Param('version') version: string,
    @CurrentCaller() caller: Caller,
  ) {
    await this.registry.change({ what: 'delete', name, version: versionNumber(version) }, caller);
  }

  @Post(':name/versions/:version(^[^:]+)::validate')
  @HttpCode(202)
  @ApiOperation({ summary: 'Validate a version that is not READY again' })
  @Answers('ModelVersion', 202)
  @VersionParameter()
  @Refuses('MODEL_NOT_FOUND', 'MODEL_VERSION_READY')
  async validateModelVersion(
    @Param('name') name: string,
    @Param('version') version: string,
    @CurrentCaller() caller: Caller,
  ) {
    const number = versionNumber(version);
    await this.registry.change({ what: 'validate', name, version: number }, caller);
    return this.registry.version(name, number);
  }
}

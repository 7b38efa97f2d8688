import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers } from '@propago/runtime';
import { RequireScope } from '../access/require-scope';
import { VersionParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { ModelStatusService } from './model-status.service';

/** Models as the Open Inference Protocol shows them. A model without a version is its champion. */
@ApiTags('models')
@RequireScope('runs:read')
@Controller('v2/models/:name')
export class ModelStatusController {
  constructor(private readonly status: ModelStatusService) {}

  @Get()
  @ApiOperation({ summary: 'Inputs, outputs and accepted versions of a model' })
  @Answers('ModelMetadata')
  @Refuses('MODEL_NOT_FOUND', 'MODEL_VERSION_NOT_READY')
  getModelMetadata(@Param('name') name: string) {
    return this.status.metadata(name);
  }

  @Get('ready')
  @ApiOperation({ summary: 'Whether a live worker has the model loaded; 503 says how far the workers are' })
  @Answers('ModelReady')
  @Refuses('MODEL_NOT_FOUND', 'MODEL_VERSION_NOT_READY', 'MODEL_NOT_LOADED')
  getModelReady(@Param('name') name: string) {
    return this.status.ready(name);
  }

  @Get('versions/:version')
  @ApiOperation({ summary: 'Inputs and outputs of one version' })
  @Answers('ModelMetadata')
  @VersionParameter()
  @Refuses('MODEL_NOT_FOUND', 'MODEL_VERSION_NOT_READY')
  getModelVersionMetadata(@Param('name') name: string, @Param('version') version: string) {
    return this.status.metadata(name, version);
  }

  @Get('versions/:version/ready')
  @ApiOperation({ summary: 'Whether a live worker has the version loaded; 503 says how far the workers are' })
  @Answers('ModelReady')
  @VersionParameter()
  @Refuses('MODEL_NOT_FOUND', 'MODEL_VERSION_NOT_READY', 'MODEL_NOT_LOADED')
  getModelVersionReady(@Param('name') name: string, @Param('version') version: string) {
    return this.status.ready(name, version);
  }
}

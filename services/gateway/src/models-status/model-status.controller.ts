import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers } from '@propago/runtime';
import { RequireScope } from '../access/require-scope';
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
  model(@Param('name') name: string) {
    return this.status.metadata(name);
  }

  @Get('ready')
  @ApiOperation({ summary: 'Whether a live worker has the model loaded; 503 says how far the workers are' })
  @Answers('ModelReady')
  modelReady(@Param('name') name: string) {
    return this.status.ready(name);
  }

  @Get('versions/:version')
  @ApiOperation({ summary: 'Inputs and outputs of one version' })
  @Answers('ModelMetadata')
  version(@Param('name') name: string, @Param('version') version: string) {
    return this.status.metadata(name, version);
  }

  @Get('versions/:version/ready')
  @ApiOperation({ summary: 'Whether a live worker has the version loaded; 503 says how far the workers are' })
  @Answers('ModelReady')
  versionReady(@Param('name') name: string, @Param('version') version: string) {
    return this.status.ready(name, version);
  }
}

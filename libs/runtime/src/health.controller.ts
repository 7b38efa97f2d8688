import { Controller, Get, HttpCode, HttpStatus, Inject, ServiceUnavailableException } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { BuildInfo } from '@propago/build-info';
import { Answers } from './answers';
import { Dependencies, OK } from './dependencies';
import { BUILD } from './tokens';

/** Open Inference Protocol health: live is this process, ready is also everything it needs. */
@ApiTags('health')
@Controller('v2/health')
export class HealthController {
  constructor(
    private readonly dependencies: Dependencies,
    @Inject(BUILD) private readonly build: BuildInfo,
  ) {}

  @Get('live')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ summary: 'Whether this process works' })
  @Answers('Live')
  live() {
    return { live: true };
  }

  @Get('ready')
  @ApiOperation({
    summary:
      'Whether this process and everything it needs work; names in words what does not, with 503 where it is needed',
  })
  @Answers('Ready')
  async ready() {
    const states = Object.entries(await this.dependencies.states());
    const ready = states.every(([, { isFine }]) => isFine);
    const dependencies = Object.fromEntries(states.map(([name, { words }]) => [name, words]));
    if (ready) return { ready, dependencies, version: this.build.version, revision: this.build.revision };
    const missing = states.filter(([, { words }]) => words !== OK);
    const detail = missing.map(([name, { words }]) => `${name}: ${words}`).join('; ');
    throw new ServiceUnavailableException({ ready, dependencies, detail });
  }
}

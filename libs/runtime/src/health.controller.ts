import { Controller, Get, HttpCode, HttpStatus, Inject, ServiceUnavailableException } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { BuildInfo } from '@propago/build-info';
import { Database } from '@propago/database';
import { Queues } from '@propago/pipeline';
import type { BlobStore } from '@propago/storage';
import { Answers } from './answers';
import { News } from './news';
import { BUILD, STORAGE } from './tokens';

const CHECK_TIMEOUT_MS = 3000;

/** Open Inference Protocol health: live is this process, ready is also everything it needs. */
@ApiTags('health')
@Controller('v2/health')
export class HealthController {
  constructor(
    private readonly database: Database,
    private readonly queues: Queues,
    private readonly news: News,
    @Inject(STORAGE) private readonly storage: BlobStore,
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
  @ApiOperation({ summary: 'Whether this process and everything it needs work; 503 names what does not' })
  @Answers('Ready')
  async ready() {
    const checks = {
      postgres: () => this.database.$queryRaw`SELECT 1`,
      redis: () => this.queues.ping(),
      nats: () => this.news.ping(),
      storage: () => this.storage.check(),
    };
    const entries = Object.entries(checks).map(async ([name, check]) => [name, await outcomeOf(check)] as const);
    const dependencies = Object.fromEntries(await Promise.all(entries));
    const ready = Object.values(dependencies).every((outcome) => outcome === 'ok');
    if (!ready) throw new ServiceUnavailableException({ ready, dependencies });
    return { ready, dependencies, version: this.build.version, revision: this.build.revision };
  }
}

async function outcomeOf(check: () => Promise<unknown>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([check(), late]);
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}

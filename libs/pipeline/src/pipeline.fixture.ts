import { randomUUID } from 'node:crypto';
import { PRESETS } from '@propago/contracts';
import { Database } from '@propago/database';
import { startServers, type Servers } from '@propago/local-stack';
import { NextSteps } from './next-steps';
import { Queues } from './queues';

/** A real Postgres and Redis; each test has queues of its own. */
export class PipelineFixture {
  queues!: Queues;
  next!: NextSteps;

  private constructor(
    private readonly servers: Servers,
    readonly database: Database,
  ) {}

  static async start(): Promise<PipelineFixture> {
    const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '' };
    const servers = await startServers({ env, need: { postgres: true, redis: true } });
    return new PipelineFixture(servers, new Database(servers.databaseUrl));
  }

  openQueues(): void {
    this.queues = new Queues({ redisUrl: this.servers.redisUrl, prefix: randomUUID(), lockSeconds: 5 });
    this.next = new NextSteps(this.database, this.queues);
  }

  /** Removes all runs, and closes the queues. */
  async clear(): Promise<void> {
    await this.database.run.deleteMany();
    await this.database.featureSet.deleteMany();
    await this.queues.close();
  }

  /** A run of segments of two frames of which nothing is stored, or a shadow of one. */
  async acceptedRun(shadowOfId?: string): Promise<{ runId: string; featureSetId: string }> {
    const featureSetId = randomUUID().replaceAll('-', '').padEnd(40, '0');
    const sha256 = randomUUID();
    await this.database.video.create({ data: { sha256, bytes: 1, blobKey: `videos/${sha256}`, probe: {} } });
    const size = { inputWidth: 8, inputHeight: 8, imageResize: 'bilinear', precision: 'float16', segmentFrames: 2 };
    const set = { id: featureSetId, videoSha256: sha256, encoderSha256: 'e', ...size };
    await this.database.featureSet.create({ data: set });
    const runId = randomUUID();
    const encoder = { encoderName: 'e', encoderSha256: 'e' };
    const request = { preset: 'dino', parameters: PRESETS.dino, ...encoder };
    const objects = { create: { id: 1 } };
    const prompts = { create: { frame: 0, objects: [1], present: [1], digest: 'd', maskKey: 'm' } };
    await this.database.run.create({ data: { id: runId, featureSetId, shadowOfId, ...request, objects, prompts } });
    return { runId, featureSetId };
  }

  async stop(): Promise<void> {
    await this.database.$disconnect();
    await this.servers.stop();
  }
}

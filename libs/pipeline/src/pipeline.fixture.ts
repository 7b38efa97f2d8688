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
    await this.database.video.deleteMany();
    await this.queues.close();
  }

  /** A run of segments of two frames of which nothing is stored, or a shadow of one. */
  async acceptedRun(
    shadowOfId?: string,
  ): Promise<{ runId: string; sha256: string; frameSetId: string; featureSetId: string }> {
    const newDigest = () => randomUUID().replaceAll('-', '').padEnd(40, '0');
    const [frameSetId, featureSetId] = [newDigest(), newDigest()];
    const sha256 = randomUUID();
    await this.database.video.create({ data: { sha256, bytes: 1, blobKey: `videos/${sha256}`, probe: {} } });
    const frames = { width: 8, height: 8, imageResize: 'bilinear', segmentFrames: 2 };
    await this.database.frameSet.create({ data: { id: frameSetId, videoSha256: sha256, ...frames } });
    const features = { videoSha256: sha256, frameSetId, encoderSha256: 'e', precision: 'float16' };
    await this.database.featureSet.create({ data: { id: featureSetId, ...features } });
    const runId = randomUUID();
    const encoder = { encoderName: 'e', encoderSha256: 'e' };
    const request = { preset: 'dino', parameters: PRESETS.dino, ...encoder };
    const objects = { create: { id: 1 } };
    const prompts = { create: { frame: 0, objects: [1], present: [1], digest: 'd', maskKey: 'm' } };
    await this.database.run.create({ data: { id: runId, featureSetId, shadowOfId, ...request, objects, prompts } });
    return { runId, sha256, frameSetId, featureSetId };
  }

  async stop(): Promise<void> {
    await this.database.$disconnect();
    await this.servers.stop();
  }
}

import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import type { ModelState } from '@propago/contracts';
import { Database } from '@propago/database';
import { startServers, type Servers } from '@propago/local-stack';
import { Queues } from '@propago/pipeline';
import { createBlobStore, type BlobStore } from '@propago/storage';
import { ModelFiles } from './model-files.service';

export const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Postgres, Redis and a folder of blobs of their own, and models in them. */
export class RegistryFixture {
  readonly logger = pino({ level: 'silent' });
  readonly database: Database;
  readonly queues: Queues;
  readonly storage: BlobStore;
  readonly files: ModelFiles;

  private constructor(
    private readonly servers: Servers,
    private readonly folder: string,
  ) {
    this.database = new Database(servers.databaseUrl);
    this.queues = new Queues({ redisUrl: servers.redisUrl, prefix: randomUUID(), lockSeconds: 5 });
    this.storage = createBlobStore(pathToFileURL(folder).href);
    this.files = new ModelFiles(this.storage);
  }

  static async start(): Promise<RegistryFixture> {
    const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '' };
    const servers = await startServers({ env, need: { postgres: true, redis: true } });
    return new RegistryFixture(servers, mkdtempSync(join(tmpdir(), 'propago-registry-')));
  }

  async stop(): Promise<void> {
    await this.queues.close();
    await this.database.$disconnect();
    await this.servers.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A version as a row, with a file. */
  async version(name: string, version: number, state: ModelState = 'READY'): Promise<string> {
    const bytes = Buffer.from(`${name}:${version}`);
    const sha256 = digestOf(bytes);
    await this.storage.put(`encoders/${sha256}/model.onnx`, bytes);
    const card = { name, sha256, patchSize: 8, inferred: [] };
    await this.database.modelVersion.create({
      data: { name, version, sha256, bytes: bytes.length, state, card, createdBy: 'test' },
    });
    return sha256;
  }

  /** A run of a version that has not ended. */
  async unfinishedRun(encoder: { name: string; version: number; sha256: string }): Promise<string> {
    const [id, videoSha256] = [randomUUID(), randomUUID()];
    await this.database.video.create({ data: { sha256: videoSha256, bytes: 1, blobKey: 'v', probe: {} } });
    const size = { width: 8, height: 8, imageResize: 'bilinear', segmentFrames: 2 };
    const featureSetId = id.replaceAll('-', '').padEnd(40, '0');
    await this.database.frameSet.create({ data: { id: featureSetId, videoSha256, ...size } });
    const features = { videoSha256, frameSetId: featureSetId, encoderSha256: encoder.sha256, precision: 'float16' };
    await this.database.featureSet.create({ data: { id: featureSetId, ...features } });
    const { name: encoderName, version: encoderVersion, sha256: encoderSha256 } = encoder;
    const request = { preset: 'dino', parameters: {} };
    await this.database.run.create({
      data: { id, featureSetId, ...request, encoderName, encoderVersion, encoderSha256 },
    });
    return id;
  }

  /** What a question came to: its value's fields, or the code of its error. */
  async codeOf(work: Promise<unknown>): Promise<string> {
    return work.then(
      () => 'done',
      (error: { code?: string }) => error.code ?? String(error),
    );
  }
}

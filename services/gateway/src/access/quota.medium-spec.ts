import { randomUUID } from 'node:crypto';
import { Database } from '@propago/database';
import { startServers, type Servers } from '@propago/local-stack';
import { ANYBODY } from './caller';
import { QuotaService } from './quota.service';

const VIDEO_BYTES = 1000;
const LIMIT = 100_000;

describe('the bytes of a tenant', () => {
  let servers: Servers;
  let database: Database;
  let tenant: string;
  const set = randomUUID();

  beforeAll(async () => {
    const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '' };
    servers = await startServers({ env, need: { postgres: true } });
    database = new Database(servers.databaseUrl);
    await database.video.create({ data: { sha256: 'v', bytes: VIDEO_BYTES, blobKey: 'videos/v', probe: {} } });
    // 8 x 6 patches.
    const frames = { videoSha256: 'v', width: 64, height: 48, imageResize: 'bilinear', segmentFrames: 8 };
    await database.frameSet.create({ data: { id: set, ...frames } });
    const features = { videoSha256: 'v', frameSetId: set, encoderSha256: 'e', precision: 'float16' };
    await database.featureSet.create({ data: { id: set, ...features } });
    const version = { sha256: 'e', bytes: 1, state: 'READY', card: { patchSize: 8 }, createdBy: 'anybody' };
    // One file may have several names.
    await database.modelVersion.createMany({
      data: ['a', 'b'].map((name) => ({ name, version: 1, ...version })),
    });
  });
  afterAll(async () => {
    await database?.$disconnect();
    await servers?.stop();
  });
  beforeEach(() => {
    tenant = randomUUID();
  });

  async function runOf(objects: { id: number; kind?: string; points?: string[] }[], shadowOfId?: string) {
    const id = randomUUID();
    const video = { id, tenant, videoSha256: 'v', isKept: false };
    if (!shadowOfId) await database.uploadedVideo.create({ data: video });
    const encoder = { encoderName: 'a', encoderSha256: 'e', preset: 'dino', parameters: {} };
    const of = { featureSetId: set, videoId: shadowOfId ? null : id, shadowOfId, tenant };
    await database.run.create({ data: { id, ...of, ...encoder, objects: { create: objects } } });
    return id;
  }

  const labelled = (runId: string, pass: string, frames: number[]) =>
    database.labelSegment.createMany({
      data: frames.map((frameCount, index) => ({ runId, pass, index, frameCount, kernelSeconds: 0 })),
    });

  async function bytes(): Promise<number> {
    const limits = { requestsPerMinute: 1, maxActiveRuns: 10, maxStoredBytes: LIMIT };
    const room = await new QuotaService(database).admit({ ...ANYBODY, tenant, limits }, undefined, 'video');
    return LIMIT - room.bytes;
  }

  it('are none of somebody who has nothing', async () => {
    expect(await bytes()).toBe(0);
  });

  it('are those of the video and the soft labels of each run, as float32 by patch and channel', async () => {
    const run = await runOf([{ id: 1 }, { id: 2 }]);
    expect(await bytes()).toBe(VIDEO_BYTES);
    await labelled(run, 'forward', [8, 8, 3]);
    await labelled(run, 'backward', [5]);
    // The background and two objects.
    expect(await bytes()).toBe(VIDEO_BYTES + 24 * 48 * 3 * 4);
    await database.run.update({ where: { id: run }, data: { deletedAt: new Date() } });
    expect(await bytes()).toBe(0);
  });

  it('count key points as channels, and nothing of shadow runs', async () => {
    const run = await runOf([
      { id: 1, kind: 'keypoints', points: ['a', 'b', 'c'] },
      { id: 2, kind: 'keypoints', points: ['a', 'b'] },
    ]);
    await labelled(run, 'forward', [4]);
    await labelled(await runOf([{ id: 1 }], run), 'forward', [8]);
    expect(await bytes()).toBe(VIDEO_BYTES + 4 * 48 * 5 * 4);
  });
});

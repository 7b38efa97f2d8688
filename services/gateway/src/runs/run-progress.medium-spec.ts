import { randomUUID } from 'node:crypto';
import { Database } from '@propago/database';
import { startServers, type Servers } from '@propago/local-stack';
import { RunProgressService } from './run-progress.service';

describe('RunProgressService', () => {
  let servers: Servers;
  let database: Database;

  beforeAll(async () => {
    const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '' };
    servers = await startServers({ env, need: { postgres: true } });
    database = new Database(servers.databaseUrl);
  });
  afterAll(async () => {
    await database.$disconnect();
    await servers.stop();
  });

  async function acceptedRun(): Promise<{ runId: string; videoSha256: string }> {
    const [runId, id, sha256] = [randomUUID(), randomUUID(), randomUUID()];
    await database.video.create({ data: { sha256, bytes: 1, blobKey: `videos/${sha256}`, probe: {} } });
    const size = { width: 8, height: 8, imageResize: 'bilinear', segmentFrames: 2 };
    await database.frameSet.create({ data: { id, videoSha256: sha256, ...size } });
    const features = { videoSha256: sha256, frameSetId: id, encoderSha256: 'e', precision: 'float16' };
    await database.featureSet.create({ data: { id, ...features } });
    const encoder = { encoderName: 'e', encoderSha256: 'e' };
    const request = { preset: 'dino', parameters: {}, ...encoder };
    await database.run.create({ data: { id: runId, featureSetId: id, ...request } });
    return { runId, videoSha256: sha256 };
  }

  it('gives the time between its frames once all are decoded, without the joint of two recordings', async () => {
    const { runId, videoSha256 } = await acceptedRun();
    const sut = new RunProgressService(database);
    const frames = [500n, 900n, 1000n, 500n, 900n, 2500n].map((pts, index) => ({
      videoSha256,
      index,
      pts,
      keyFrame: false,
    }));
    await database.videoFrame.createMany({ data: frames });
    expect((await sut.of([runId])).get(runId)).toMatchObject({ frames: null, steps: null });

    await database.frameTable.create({
      data: { videoSha256, frameCount: 6, timeBaseNumerator: 1, timeBaseDenominator: 1000 },
    });
    expect((await sut.of([runId])).get(runId)).toMatchObject({
      frames: 6,
      steps: { count: 4, ticks: 2500 },
    });
  });
});

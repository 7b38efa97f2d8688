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

  async function acceptedRun(): Promise<{ runId: string; featureSetId: string }> {
    const [runId, featureSetId, sha256] = [randomUUID(), randomUUID(), randomUUID()];
    await database.video.create({ data: { sha256, bytes: 1, blobKey: `videos/${sha256}`, probe: {} } });
    const size = { inputWidth: 8, inputHeight: 8, imageResize: 'bilinear', precision: 'float16', segmentFrames: 2 };
    await database.featureSet.create({ data: { id: featureSetId, videoSha256: sha256, encoderSha256: 'e', ...size } });
    const encoder = { encoderName: 'e', encoderSha256: 'e' };
    const request = { preset: 'dino', parameters: {}, ...encoder };
    await database.run.create({ data: { id: runId, featureSetId, ...request } });
    return { runId, featureSetId };
  }

  it('gives the time stamps of the first and the last frame once all frames are decoded', async () => {
    const { runId, featureSetId } = await acceptedRun();
    const sut = new RunProgressService(database);
    const segment = { featureSetId, frameCount: 2, keyFrames: [true, false], names: [], decodeSeconds: 1 };
    await database.frameSegment.createMany({
      data: [
        { ...segment, index: 0, firstFrame: 0, pts: [500n, 900n] },
        { ...segment, index: 1, firstFrame: 2, pts: [1000n, 2500n] },
      ],
    });
    expect((await sut.of([runId])).get(runId)).toMatchObject({ frames: null, span: null });

    await database.frameTable.create({
      data: { featureSetId, frameCount: 4, timeBaseNumerator: 1, timeBaseDenominator: 1000 },
    });
    expect((await sut.of([runId])).get(runId)).toMatchObject({
      frames: 4,
      span: { firstPts: 500, lastPts: 2500 },
    });
  });
});

import { randomUUID } from 'node:crypto';
import { PRESETS } from '@propago/contracts';
import { Database } from '@propago/database';
import { startServers, type Servers } from '@propago/local-stack';
import type { Caller } from '../access/caller';
import { RunProgressService } from '../runs/run-progress.service';
import { RunViewService } from '../runs/run-view.service';
import { SuggestionsService } from './suggestions.service';

const FRAMES = 24;
const SEGMENT = 8;
const CALLER = { tenant: 'default' } as Caller;

describe('SuggestionsService', () => {
  let servers: Servers;
  let database: Database;
  let sut: SuggestionsService;

  beforeAll(async () => {
    const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '' };
    servers = await startServers({ env, need: { postgres: true } });
    database = new Database(servers.databaseUrl);
    sut = new SuggestionsService(database, new RunViewService(database, new RunProgressService(database)));
  });
  afterAll(async () => {
    await database.$disconnect();
    await servers.stop();
  });

  /** A run with a prompt on frame 0 and a mask on each of its frames; `classOf` gives what is known of its one object. */
  async function runWithMasks(classOf: (frame: number) => object): Promise<string> {
    const [runId, featureSetId, sha256] = [randomUUID(), randomUUID(), randomUUID()];
    const probe = { width: 8, height: 8, codec: 'h264', rotation: 0, timeBase: { num: 1, den: 10 } };
    await database.video.create({ data: { sha256, bytes: 1, blobKey: `videos/${sha256}`, probe } });
    const size = { width: 8, height: 8, imageResize: 'bilinear', segmentFrames: SEGMENT };
    await database.frameSet.create({ data: { id: featureSetId, videoSha256: sha256, ...size } });
    const features = { videoSha256: sha256, frameSetId: featureSetId, encoderSha256: 'e', precision: 'float16' };
    await database.featureSet.create({ data: { id: featureSetId, ...features } });
    const run = { preset: 'siammae', parameters: PRESETS.siammae, encoderName: 'e', encoderSha256: 'e' };
    await database.run.create({ data: { id: runId, featureSetId, ...run } });
    await database.runObject.create({ data: { runId, id: 1, isTracedBack: true } });
    const prompt = { frame: 0, objects: [1], present: [1], digest: 'd', maskKey: 'm' };
    await database.prompt.create({ data: { runId, ...prompt } });
    for (let index = 0; index < FRAMES / SEGMENT; index++) {
      await database.resultSegment.create({ data: { runId, index, recipe: 'r', frameCount: SEGMENT, seconds: 1 } });
    }
    const rle = { size: [8, 8], counts: '' };
    await database.frameResult.createMany({
      data: Array.from({ length: FRAMES }, (_, frame) => ({
        runId,
        frame,
        pts: BigInt(5 * frame),
        keyFrame: false,
        classes: [{ id: 1, area: 9, rle, ...classOf(frame) }],
        maskKey: 'm',
      })),
    });
    return runId;
  }

  it('finds the frames that have drifted most, and when they are shown', async () => {
    const runId = await runWithMasks((frame) => ({ confidence: 1, drift: frame >= 14 && frame < 18 ? 0.8 : 0.1 }));
    const { revision, frames, items } = await sut.of(runId, CALLER, 1);
    expect({ revision, frames }).toEqual({ revision: 1, frames: FRAMES });
    expect(items).toHaveLength(1);
    const [{ frame, seconds, objects }] = items as [(typeof items)[0]];
    expect(frame).toBeGreaterThanOrEqual(14);
    expect(frame).toBeLessThan(18);
    expect(seconds).toBe(frame / 2);
    expect(objects).toEqual([1]);
  });

  it('looks only at masks of the present prompts', async () => {
    const runId = await runWithMasks((frame) => ({ confidence: 1, drift: frame >= SEGMENT ? 0.8 : frame / 20 }));
    await database.resultSegment.updateMany({ where: { runId, index: { gt: 0 } }, data: { recipe: null } });
    const { frames, items } = await sut.of(runId, CALLER, 9);
    expect(frames).toBe(SEGMENT);
    expect(items.length).toBeGreaterThan(0);
    for (const { frame } of items) expect(frame).toBeLessThan(SEGMENT);
  });

  it('goes by the confidence of masks that have no drift', async () => {
    const runId = await runWithMasks((frame) => ({ confidence: frame === 11 ? 0.2 : 0.9 }));
    expect((await sut.of(runId, CALLER, 1)).items).toMatchObject([{ frame: 11 }]);
  });

  it('knows no run of another tenant', async () => {
    const runId = await runWithMasks(() => ({ confidence: 1, drift: 0 }));
    await expect(sut.of(runId, { ...CALLER, tenant: 'other' }, 1)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});

import { randomUUID } from 'node:crypto';
import { PRESETS } from '@propago/contracts';
import type { Database } from '@propago/database';
import { planOf } from '@propago/pipeline';
import { startOldDatabase, type OldDatabase } from './support/old-database';

/** The last migration of the version that knew one mask, on frame 0. */
const BEFORE = '0004_names_warnings_phases';

let old: OldDatabase;
let database: Database;

/** A run of two segments as that version stored it, in the middle or at its end. */
async function oldRun(state: 'running' | 'succeeded'): Promise<string> {
  const [id, sha256] = [randomUUID(), randomUUID()];
  const set = randomUUID().replaceAll('-', '').padEnd(40, '0');
  await old.insert('Video', { sha256, bytes: 1, blobKey: `videos/${sha256}`, probe: {} });
  const size = { inputWidth: 8, inputHeight: 8, imageResize: 'bilinear', precision: 'float16', segmentFrames: 2 };
  await old.insert('FeatureSet', { id: set, videoSha256: sha256, encoderSha256: 'e', ...size });
  const request = { preset: 'dino', parameters: PRESETS.dino, encoderName: 'e', encoderSha256: 'e' };
  await old.insert('Run', { id, featureSetId: set, maskKey: `first-masks/${id}.png`, classIds: [3, 7], ...request });
  const time = { timeBaseNumerator: 1, timeBaseDenominator: 25 };
  await old.insert('FrameTable', { featureSetId: set, frameCount: 4, ...time });
  for (const index of [0, 1]) {
    const frame = { pts: [0, 1], keyFrames: [true, false], names: [], decodeSeconds: 0 };
    await old.insert('FrameSegment', { featureSetId: set, index, firstFrame: 2 * index, frameCount: 2, ...frame });
    await old.insert('FeatureSegment', { featureSetId: set, index, rows: 1, cols: 1, dim: 1, encoderSeconds: 0 });
    if (state === 'running' && index === 1) continue;
    await old.insert('LabelSegment', { runId: id, index, kernelSeconds: 1.5 });
    await old.insert('ResultSegment', { runId: id, index, frameCount: 2, seconds: 0 });
    for (const i of [0, 1]) {
      await old.insert('FrameResult', { runId: id, frame: 2 * index + i, pts: i, keyFrame: false, classes: '[]' });
    }
  }
  if (state === 'succeeded') await old.insert('RunOutcome', { runId: id, state });
  return id;
}

describe('a database of the version before prompts', () => {
  let running: string;
  let succeeded: string;

  beforeAll(async () => {
    old = await startOldDatabase(BEFORE);
    [running, succeeded] = [await oldRun('running'), await oldRun('succeeded')];
    database = await old.migrate();
  }, 120_000);
  afterAll(() => old?.stop());

  it('has the mask of each run as its prompt on frame 0, and its classes as objects', async () => {
    for (const id of [running, succeeded]) {
      const run = await database.run.findUniqueOrThrow({ where: { id }, include: { objects: true, prompts: true } });
      expect(run.objects.map((object) => object.id)).toEqual([3, 7]);
      expect(run.prompts).toMatchObject(
        [
          { frame: 0, objects: [3, 7], present: [3, 7], maskKey: `first-masks/${id}.png`, digest: /^[0-9a-f]{64}$/ },
        ].map(({ digest, ...prompt }) => ({ ...prompt, digest: expect.stringMatching(digest) })),
      );
    }
  });

  it('keeps the masks of a run that has ended where they are, with what was measured', async () => {
    const frames = await database.frameResult.findMany({ where: { runId: succeeded }, orderBy: { frame: 'asc' } });
    expect(frames.map(({ maskKey }) => maskKey)).toEqual(
      [0, 1, 2, 3].map((frame) => `masks/${succeeded}/0000${frame}.png`),
    );
    const labels = await database.labelSegment.findMany({ where: { runId: succeeded } });
    expect(labels.map(({ frameCount, kernelSeconds }) => [frameCount, kernelSeconds])).toEqual([
      [2, 1.5],
      [2, 1.5],
    ]);
  });

  it('lets a run that has ended be corrected: all of its masks are outdated then', async () => {
    expect(await planOf(database, succeeded)).toMatchObject({ outdated: [0, 1], isComplete: false });
  });

  it('goes on with a run under way from its features', async () => {
    const plan = (await planOf(database, running))!;
    expect(plan).toMatchObject({ ingest: false, features: [], masks: [], outdated: [] });
    expect(plan.propagation.map(({ pass, segment }) => [pass.direction, pass.from, segment])).toEqual([
      ['forward', 0, 0],
    ]);
    expect(await database.frameResult.count({ where: { runId: running } })).toBe(0);
  });
});

import { randomUUID } from 'node:crypto';
import { PRESETS } from '@propago/contracts';
import type { Database } from '@propago/database';
import { planOf } from '@propago/pipeline';
import { frameSetId } from '../services/gateway/src/runs/feature-set';
import { startOldDatabase, type OldDatabase } from './support/old-database';

/** The last migration of the version in which frames belonged to a set of features. */
const BEFORE = '0005_prompts';

const SIZE = { inputWidth: 16, inputHeight: 8, imageResize: 'antialias', segmentFrames: 2 };
const PTS = [500, 900, 1000, 2500];

let old: OldDatabase;
let database: Database;

/** Features of one encoder with their frames, as that version stored them; not decoded to the end where cut short. */
async function oldFeatures(videoSha256: string, { segments }: { segments: number }): Promise<string> {
  const id = randomUUID().replaceAll('-', '').padEnd(40, '0');
  await old.insert('FeatureSet', { id, videoSha256, encoderSha256: randomUUID(), precision: 'float16', ...SIZE });
  for (let index = 0; index < segments; index++) {
    const rows = { firstFrame: 2 * index, frameCount: 2, pts: PTS.slice(2 * index, 2 * index + 2) };
    const names = [`a${2 * index}`, `a${2 * index + 1}`];
    const segment = { featureSetId: id, index, ...rows, keyFrames: [true, false], names, decodeSeconds: 1.5 };
    await old.insert('FrameSegment', segment);
    await old.insert('FeatureSegment', { featureSetId: id, index, rows: 1, cols: 1, dim: 1, encoderSeconds: 0 });
  }
  if (segments === 2) {
    await old.insert('FrameTable', {
      featureSetId: id,
      frameCount: 4,
      timeBaseNumerator: 1,
      timeBaseDenominator: 1000,
    });
  }
  return id;
}

async function oldRun(featureSetId: string, fields: Record<string, unknown> = {}): Promise<string> {
  const id = randomUUID();
  const request = { preset: 'dino', parameters: PRESETS.dino, encoderName: 'e', encoderSha256: 'e' };
  await old.insert('Run', { id, featureSetId, ...request, ...fields });
  await old.insert('RunObject', { runId: id, id: 1 });
  await old.insert('Prompt', { runId: id, frame: 0, objects: [1], present: [1], digest: 'd', maskKey: 'm' });
  return id;
}

describe('a database of the version in which frames belonged to features', () => {
  const sha256 = randomUUID();
  let whole: string;
  let cut: string;
  let run: string;
  let other: string;
  let shadow: string;

  beforeAll(async () => {
    old = await startOldDatabase(BEFORE);
    await old.insert('Video', { sha256, bytes: 7, blobKey: `videos/${sha256}`, probe: {} });
    whole = await oldFeatures(sha256, { segments: 2 });
    cut = await oldFeatures(sha256, { segments: 1 });
    run = await oldRun(whole, { videoFileName: 'a.mp4', tenant: 'acme' });
    other = await oldRun(cut, { videoFileName: 'b.mp4', tenant: 'other' });
    shadow = await oldRun(cut, { shadowOfId: run, tenant: 'acme' });
    database = await old.migrate();
  }, 120_000);
  afterAll(() => old?.stop());

  it('has one frame table for each video, with the time stamps and names of before', async () => {
    const frames = await database.videoFrame.findMany({ orderBy: { index: 'asc' } });
    expect(frames).toEqual(
      PTS.map((pts, index) => ({
        videoSha256: sha256,
        index,
        pts: BigInt(pts),
        keyFrame: index % 2 === 0,
        name: `a${index}`,
        checksum: null,
      })),
    );
    expect(await database.frameTable.findMany()).toMatchObject([
      { videoSha256: sha256, frameCount: 4, timeBaseNumerator: 1, timeBaseDenominator: 1000 },
    ]);
  });

  it('has one set of frames for both encoders, under the id that a new run looks for', async () => {
    const { inputWidth: width, inputHeight: height, ...rest } = SIZE;
    const id = frameSetId({ videoSha256: sha256, width, height, ...rest });
    const set = { id, videoSha256: sha256, width, height, ...rest };
    expect(await database.frameSet.findMany()).toMatchObject([set]);
    expect(await database.featureSet.findMany({ select: { frameSetId: true } })).toEqual([
      { frameSetId: id },
      { frameSetId: id },
    ]);
    expect(await database.frameSegment.findMany({ orderBy: { index: 'asc' } })).toMatchObject([
      { frameSetId: id, index: 0, frameCount: 2, decodeSeconds: 1.5 },
      { frameSetId: id, index: 1, frameCount: 2, decodeSeconds: 1.5 },
    ]);
  });

  it('gives each run the video that came with it, by its name, and none to a shadow run', async () => {
    const video = (fileName: string, tenant: string) => ({ fileName, tenant, isKept: false, videoSha256: sha256 });
    const videoOf = async (id: string) =>
      (await database.run.findUniqueOrThrow({ where: { id }, include: { video: true } })).video;
    expect(await videoOf(run)).toMatchObject(video('a.mp4', 'acme'));
    expect(await videoOf(other)).toMatchObject(video('b.mp4', 'other'));
    expect(await videoOf(shadow)).toBeNull();
    expect(await database.uploadedVideo.count()).toBe(2);
  });

  it('goes on with runs under way: with features where they are there, and with those that another encoder lacks', async () => {
    expect(await planOf(database, run)).toMatchObject({ ingest: false, features: [], rows: { frameCount: 4 } });
    expect(await planOf(database, other)).toMatchObject({ ingest: false, features: [1], rows: { frameCount: 4 } });
  });
});

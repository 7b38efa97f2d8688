import { randomUUID } from 'node:crypto';
import { ANSWERS } from '@propago/contracts';
import { Database } from '@propago/database';
import { startServers, type Servers } from '@propago/local-stack';
import type { Caller } from '../access/caller';
import { ModelReports } from './model-reports.service';
import { ShadowComparisonsController } from './shadow-comparisons.controller';

const NAME = 'vit';
const FRAMES = 4;
const SINCE = new Date('2026-01-02T00:00:00Z');

interface GivenRun {
  version: number;
  chosenBy?: string;
  createdAt?: Date;
  shadowOfId?: string;
  /** Code of its failure. */
  failure?: string;
  /** Of each frame. */
  confidence?: number;
  /** Of encoder work for all frames; absent: the features are gone. */
  encoderSeconds?: number;
  deletedAt?: Date;
}

let servers: Servers;
let database: Database;
let sut: ModelReports;

beforeAll(async () => {
  servers = await startServers({ env: { ...process.env, DATABASE_URL: '' }, need: { postgres: true } });
  database = new Database(servers.databaseUrl);
  sut = new ModelReports(database);
  for (const version of [1, 2]) {
    const file = { sha256: String(version).repeat(64), bytes: 1, state: 'READY', createdBy: 'test' };
    await database.modelVersion.create({ data: { name: NAME, version, ...file } });
  }
}, 120_000);
afterAll(async () => {
  await database?.$disconnect();
  await servers?.stop();
});
beforeEach(async () => {
  await database.run.deleteMany({});
  await database.modelTraffic.deleteMany({});
});

async function run(given: GivenRun): Promise<string> {
  const { version, chosenBy = 'traffic:champion', createdAt = new Date('2026-01-03T00:00:00Z'), shadowOfId } = given;
  const { failure, confidence = null, encoderSeconds, deletedAt } = given;
  const [id, featureSetId] = [randomUUID(), randomUUID()];
  await database.video.create({ data: { sha256: featureSetId, bytes: 1, blobKey: 'v', probe: {} } });
  const video = { videoSha256: featureSetId };
  const size = { width: 8, height: 8, imageResize: 'bilinear', segmentFrames: FRAMES };
  await database.frameSet.create({ data: { id: featureSetId, ...video, ...size } });
  const encoderSha256 = String(version).repeat(64);
  await database.featureSet.create({
    data: { id: featureSetId, ...video, frameSetId: featureSetId, encoderSha256, precision: 'fp16' },
  });
  await database.frameTable.create({
    data: { ...video, frameCount: FRAMES, timeBaseNumerator: 1, timeBaseDenominator: 24 },
  });
  await database.frameSegment.create({
    data: { frameSetId: featureSetId, index: 0, frameCount: FRAMES, decodeSeconds: 0 },
  });
  if (encoderSeconds !== undefined) {
    await database.featureSegment.create({
      data: { featureSetId, index: 0, rows: 1, cols: 1, dim: 1, encoderSeconds },
    });
  }
  const encoder = { encoderName: NAME, encoderVersion: version, encoderSha256, encoderChosenBy: chosenBy };
  const request = { preset: 'dino', parameters: {} };
  await database.run.create({ data: { id, featureSetId, ...request, ...encoder, createdAt, shadowOfId, deletedAt } });
  const state = failure ? 'failed' : 'succeeded';
  await database.runOutcome.create({ data: { runId: id, state, errorCode: failure } });
  const frame = { runId: id, pts: 0, keyFrame: false, confidence, classes: [], maskKey: 'm' };
  if (!failure) await database.frameResult.createMany({ data: [0, 1].map((index) => ({ ...frame, frame: index })) });
  return id;
}

async function compared(shadowRunId: string, meanJaccard: number, seconds: number | null, baseSeconds: number | null) {
  await database.shadowComparison.create({
    data: { shadowRunId, frames: FRAMES - 1, meanJaccard, seconds, baseSeconds },
  });
}

it('counts the runs of each part of the traffic since the split, with their failures, confidence and speed', async () => {
  await database.modelTraffic.create({ data: { name: NAME, split: [], updatedAt: SINCE } });
  await run({ version: 1, confidence: 0.8, encoderSeconds: 2 });
  await run({ version: 1, confidence: 0.6 });
  await run({ version: 2, chosenBy: 'traffic:canary', confidence: 0.9, encoderSeconds: 8 });
  for (const failure of ['ENCODER_FAILED', 'FEATURES_INVALID', 'ENCODER_FAILED']) {
    await run({ version: 2, chosenBy: 'traffic:canary', failure });
  }
  // Neither of these came by the split: made before it, chosen by the request, removed.
  await run({ version: 1, createdAt: new Date('2026-01-01T00:00:00Z') });
  await run({ version: 2, chosenBy: 'version' });
  await run({ version: 1, deletedAt: new Date() });
  const report = ANSWERS.ModelReport.parse(await sut.of(NAME));
  expect(report.traffic.since).toBe(SINCE.toISOString());
  expect(report.traffic.parts).toEqual([
    {
      alias: 'canary',
      version: 2,
      runs: 4,
      succeeded: 1,
      failed: 3,
      failures: [
        { code: 'ENCODER_FAILED', runs: 2 },
        { code: 'FEATURES_INVALID', runs: 1 },
      ],
      confidence: 0.9,
      secondsPerFrame: 2,
    },
    expect.objectContaining({
      alias: 'champion',
      version: 1,
      runs: 2,
      succeeded: 2,
      failures: [],
      secondsPerFrame: 0.5,
    }),
  ]);
  expect(report.traffic.parts[1]!.confidence).toBeCloseTo(0.7, 12);
  expect(report.shadows).toEqual([]);
});

it('sets a shadow beside the runs that it repeats, each version by its work for a frame', async () => {
  const shadows: string[] = [];
  const bases: string[] = [];
  for (const [agreement, seconds, baseSeconds] of [
    [0.9, 8, 2],
    [0.5, null, 2],
  ] as const) {
    const base = await run({ version: 1, confidence: 0.5 });
    const shadow = await run({ version: 2, chosenBy: 'shadow', shadowOfId: base, confidence: 0.7 });
    await compared(shadow, agreement, seconds, baseSeconds);
    bases.push(base);
    shadows.push(shadow);
  }
  const lost = await run({ version: 1, confidence: 0.1 });
  await run({ version: 2, chosenBy: 'shadow', shadowOfId: lost, failure: 'ENCODER_FAILED' });
  const report = ANSWERS.ModelReport.parse(await sut.of(NAME));
  expect(report.shadows).toEqual([
    {
      version: 2,
      baseVersion: 1,
      since: '2026-01-03T00:00:00.000Z',
      runs: 3,
      compared: 2,
      succeeded: 2,
      failed: 1,
      failures: [{ code: 'ENCODER_FAILED', runs: 1 }],
      meanAgreement: expect.closeTo(0.7, 12),
      confidence: expect.closeTo(0.7, 12),
      baseConfidence: expect.closeTo(0.5, 12),
      // Of the one comparison in which both are known.
      secondsPerFrame: 2,
      baseSecondsPerFrame: 0.5,
      worst: [
        { runId: bases[1], shadowRunId: shadows[1], agreement: 0.5 },
        { runId: bases[0], shadowRunId: shadows[0], agreement: 0.9 },
      ],
    },
  ]);
});

it('gives the frames of a shadow to its own tenant, and of nothing else', async () => {
  const base = await run({ version: 1 });
  const shadow = await run({ version: 2, chosenBy: 'shadow', shadowOfId: base });
  await database.video.updateMany({ data: { probe: { timeBase: { num: 1, den: 24 } } } });
  const { tenant } = await database.run.findUniqueOrThrow({ where: { id: shadow } });
  const comparisons = new ShadowComparisonsController(database);
  const frames = (id: string, name = NAME, as = tenant) =>
    comparisons.listShadowFrames(name, id, { tenant: as } as Caller, '1');
  expect(ANSWERS.FramePage.parse(await frames(shadow))).toMatchObject({ items: [{ index: 0 }], next: '0' });
  const others: Parameters<typeof frames>[] = [
    [shadow, NAME, 'another'],
    [shadow, 'another'],
    [base],
    [randomUUID()],
    ['nonsense'],
  ];
  for (const other of others) await expect(frames(...other)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
});

it('is empty for a model without runs, and refused for one that there is not', async () => {
  expect(await sut.of(NAME)).toEqual({ name: NAME, traffic: { since: null, parts: [] }, shadows: [] });
  await expect(sut.of('nothing')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
});

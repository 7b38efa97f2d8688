import { randomUUID } from 'node:crypto';
import { STAGES } from '@propago/contracts';
import { Database } from '@propago/database';
import { startServers, type Servers } from '@propago/local-stack';
import { NextSteps } from './next-steps';
import { Queues } from './queues';
import { Reconciler } from './reconciler';

let servers: Servers;
let database: Database;
let queues: Queues;
let sut: Reconciler;

beforeAll(async () => {
  const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '' };
  servers = await startServers({ env, need: { postgres: true, redis: true } });
  database = new Database(servers.databaseUrl);
}, 60_000);

beforeEach(() => {
  queues = new Queues({ redisUrl: servers.redisUrl, prefix: randomUUID(), lockSeconds: 5 });
  sut = new Reconciler(database, queues, new NextSteps(database, queues));
});

afterEach(async () => {
  await database.run.deleteMany();
  await database.featureSet.deleteMany();
  await queues.close();
});

afterAll(async () => {
  await database?.$disconnect();
  await servers?.stop();
});

/** Ids of all jobs that wait, by what they are to do. */
async function waiting(): Promise<string[]> {
  const jobs = await Promise.all(STAGES.map((stage) => queues.of(stage).getWaiting()));
  return jobs
    .flat()
    .map(({ id }) => String(id))
    .sort();
}

/** A run whose stages have stored segments 0 to n - 1, or a shadow of one. */
async function runWith(stored: {
  shadowOfId?: string;
  frames?: number;
  features?: number;
  labels?: number;
  results?: number;
  table?: boolean;
}) {
  const featureSetId = randomUUID().replaceAll('-', '').padEnd(40, '0');
  const sha256 = randomUUID();
  await database.video.create({ data: { sha256, bytes: 1, blobKey: `videos/${sha256}`, probe: {} } });
  const size = { inputWidth: 8, inputHeight: 8, imageResize: 'bilinear', precision: 'float16', segmentFrames: 2 };
  await database.featureSet.create({ data: { id: featureSetId, videoSha256: sha256, encoderSha256: 'e', ...size } });
  const runId = randomUUID();
  const request = { maskKey: 'm', classIds: [1], preset: 'dino', parameters: {}, encoderName: 'e', encoderSha256: 'e' };
  const { shadowOfId } = stored;
  await database.run.create({ data: { id: runId, featureSetId, shadowOfId, ...request } });

  const indexes = (count = 0) => Array.from({ length: count }, (_, index) => index);
  const frame = { frameCount: 2, pts: [0, 1], keyFrames: [true, false], names: [], decodeSeconds: 0 };
  const feature = { rows: 1, cols: 1, dim: 1, encoderSeconds: 0 };
  await database.frameSegment.createMany({
    data: indexes(stored.frames).map((index) => ({ featureSetId, index, firstFrame: 2 * index, ...frame })),
  });
  await database.featureSegment.createMany({
    data: indexes(stored.features).map((index) => ({ featureSetId, index, ...feature })),
  });
  await database.labelSegment.createMany({
    data: indexes(stored.labels).map((index) => ({ runId, index, kernelSeconds: 0 })),
  });
  await database.resultSegment.createMany({
    data: indexes(stored.results).map((index) => ({ runId, index, frameCount: 2, seconds: 0 })),
  });
  if (stored.table) {
    const frameCount = 2 * (stored.frames ?? 0);
    const timeBase = { timeBaseNumerator: 1, timeBaseDenominator: 25 };
    await database.frameTable.create({ data: { featureSetId, frameCount, ...timeBase } });
  }
  return { runId, featureSetId };
}

describe('the reconciler', () => {
  it('enqueues decoding for a run of which nothing is stored', async () => {
    const { featureSetId } = await runWith({});
    await sut.reconcile();
    expect(await waiting()).toEqual([`ingest-${featureSetId}`]);
  });

  it('enqueues whatever each stage lacks, in the middle of a run', async () => {
    const { runId, featureSetId } = await runWith({ frames: 4, features: 3, labels: 2, results: 1 });
    await sut.reconcile();
    expect(await waiting()).toEqual(
      [
        `ingest-${featureSetId}`,
        `features-${featureSetId}-3`,
        `propagation-${runId}-2`,
        `results-segment-${runId}-1`,
      ].sort(),
    );
  });

  it('waits for labels that the next segment needs, and for features', async () => {
    await runWith({ frames: 2, features: 1, labels: 1, results: 1, table: true });
    await sut.reconcile();
    expect(await waiting()).toEqual([expect.stringMatching(/^features-.*-1$/)]);
  });

  it('ends a run of which everything is stored', async () => {
    const { runId } = await runWith({ frames: 2, features: 2, labels: 2, results: 2, table: true });
    await sut.reconcile();
    expect(await waiting()).toEqual([`results-end-${runId}`]);
  });

  it('adds nothing that is queued already', async () => {
    await runWith({ frames: 4, features: 3, labels: 2, results: 1 });
    await sut.reconcile();
    const before = await waiting();
    await sut.reconcile();
    expect(await waiting()).toEqual(before);
  });

  it('leaves a run alone that has ended', async () => {
    const { runId } = await runWith({});
    await database.runOutcome.create({ data: { runId, state: 'failed' } });
    await sut.reconcile();
    expect(await waiting()).toEqual([]);
  });

  it('enqueues only the end of a run that is to be cancelled, and only the removal of a deleted one', async () => {
    const cancelled = await runWith({ frames: 2 });
    const deleted = await runWith({ frames: 2 });
    const now = new Date();
    await database.run.update({ where: { id: cancelled.runId }, data: { cancelRequestedAt: now } });
    await database.run.update({ where: { id: deleted.runId }, data: { cancelRequestedAt: now, deletedAt: now } });
    await sut.reconcile();
    expect(await waiting()).toEqual([`results-end-${cancelled.runId}`, `results-purge-${deleted.runId}`].sort());
  });

  it('leaves a shadow run alone until the run that it repeats has succeeded', async () => {
    const base = await runWith({ frames: 1 });
    const shadow = await runWith({ shadowOfId: base.runId });
    await sut.reconcile();
    expect(await waiting()).not.toContain(`ingest-${shadow.featureSetId}`);
    await database.runOutcome.create({ data: { runId: base.runId, state: 'succeeded' } });
    await sut.reconcile();
    expect(await waiting()).toContain(`ingest-${shadow.featureSetId}`);
  });

  it.each(['failed', 'cancelled'])('ends the shadow of a run that has %s', async (state) => {
    const base = await runWith({});
    const shadow = await runWith({ shadowOfId: base.runId });
    await database.runOutcome.create({ data: { runId: base.runId, state } });
    await sut.reconcile();
    expect(await waiting()).toEqual([`results-end-${shadow.runId}`]);
  });

  it('has a shadow run compared that has succeeded, and does not mind one that has failed', async () => {
    const base = await runWith({});
    const succeeded = await runWith({ shadowOfId: base.runId });
    const failed = await runWith({ shadowOfId: base.runId });
    await database.runOutcome.createMany({
      data: [
        { runId: base.runId, state: 'succeeded' },
        { runId: succeeded.runId, state: 'succeeded' },
        { runId: failed.runId, state: 'failed' },
      ],
    });
    await sut.reconcile();
    expect(await waiting()).toEqual([`results-compare-${succeeded.runId}`]);
  });
});

describe('work that no user waits for', () => {
  it('comes after all work of users, whenever that is added; each in its order', async () => {
    const base = await runWith({});
    await database.runOutcome.create({ data: { runId: base.runId, state: 'succeeded' } });
    const shadow = await runWith({ shadowOfId: base.runId });
    const users = [await runWith({}), await runWith({})];
    const next = new NextSteps(database, queues);
    await next.framesStored(users[0]!.featureSetId, 0);
    await next.framesStored(shadow.featureSetId, 0);
    await next.framesStored(users[0]!.featureSetId, 1);
    await next.framesStored(shadow.featureSetId, 1);
    await next.framesStored(users[1]!.featureSetId, 0);
    const taken: string[] = [];
    for (let i = 0; i < 5; i++) taken.push(String((await queues.of('features').getNextJob())?.id));
    expect(taken).toEqual([
      `features-${users[0]!.featureSetId}-0`,
      `features-${users[0]!.featureSetId}-1`,
      `features-${users[1]!.featureSetId}-0`,
      `features-${shadow.featureSetId}-0`,
      `features-${shadow.featureSetId}-1`,
    ]);
  });
});

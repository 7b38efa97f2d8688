import { QUEUES } from '@propago/contracts';
import { FrameSources, passesOf } from '@propago/passes';
import { PipelineFixture } from './pipeline.fixture';
import { Reconciler } from './reconciler';

let fixture: PipelineFixture;
let sut: Reconciler;

beforeAll(async () => {
  fixture = await PipelineFixture.start();
}, 60_000);
beforeEach(() => {
  fixture.openQueues();
  sut = new Reconciler(fixture.database, fixture.next);
});
afterEach(() => fixture.clear());
afterAll(() => fixture?.stop());

/** Ids of all jobs that wait, by what they are to do. */
async function waiting(): Promise<string[]> {
  const jobs = await Promise.all(QUEUES.map((stage) => fixture.queues.of(stage).getWaiting()));
  return jobs
    .flat()
    .map(({ id }) => String(id))
    .sort();
}

// Of the prompt that the fixture's runs have.
const PROMPTS = {
  objects: [{ id: 1, kind: 'mask' as const, isTracedBack: false }],
  prompts: [{ frame: 0, objects: [1], digest: 'd' }],
};
const pass = passesOf(PROMPTS)[0]!.key;
const recipe = new FrameSources(PROMPTS).recipe(0, 2);

/** A run whose stages have stored segments 0 to n - 1, or a shadow of one. */
async function runWith(stored: {
  shadowOfId?: string;
  frames?: number;
  features?: number;
  labels?: number;
  results?: number;
  table?: boolean;
}) {
  const { database } = fixture;
  const { runId, sha256, frameSetId, featureSetId } = await fixture.acceptedRun(stored.shadowOfId);
  const indexes = (count = 0) => Array.from({ length: count }, (_, index) => index);
  const feature = { rows: 1, cols: 1, dim: 1, encoderSeconds: 0 };
  await database.frameSegment.createMany({
    data: indexes(stored.frames).map((index) => ({ frameSetId, index, frameCount: 2, decodeSeconds: 0 })),
  });
  await database.featureSegment.createMany({
    data: indexes(stored.features).map((index) => ({ featureSetId, index, ...feature })),
  });
  await database.labelSegment.createMany({
    data: indexes(stored.labels).map((index) => ({ runId, pass, index, frameCount: 2, kernelSeconds: 0 })),
  });
  await database.resultSegment.createMany({
    data: indexes(stored.results).map((index) => ({ runId, index, recipe, frameCount: 2, seconds: 0 })),
  });
  if (stored.table) {
    const frameCount = 2 * (stored.frames ?? 0);
    const timeBase = { timeBaseNumerator: 1, timeBaseDenominator: 25 };
    await database.frameTable.create({ data: { videoSha256: sha256, frameCount, ...timeBase } });
  }
  return { runId, frameSetId, featureSetId };
}

describe('the reconciler', () => {
  it('enqueues decoding for a run of which nothing is stored', async () => {
    const { frameSetId } = await runWith({});
    await sut.reconcile();
    expect(await waiting()).toEqual([`ingest-${frameSetId}`]);
  });

  it('enqueues whatever each stage lacks, in the middle of a run', async () => {
    const { runId, frameSetId, featureSetId } = await runWith({ frames: 4, features: 3, labels: 2, results: 1 });
    await sut.reconcile();
    expect(await waiting()).toEqual(
      [
        `ingest-${frameSetId}`,
        `features-${featureSetId}-3`,
        `propagation-${runId}-${pass}-2`,
        `results-segment-${runId}-1-${recipe}`,
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
    await fixture.database.runOutcome.create({ data: { runId, state: 'failed' } });
    await sut.reconcile();
    expect(await waiting()).toEqual([]);
  });

  it('enqueues only the end of a run that is to be cancelled, and only the removal of a deleted one', async () => {
    const cancelled = await runWith({ frames: 2 });
    const deleted = await runWith({ frames: 2 });
    const now = new Date();
    await fixture.database.run.update({ where: { id: cancelled.runId }, data: { cancelRequestedAt: now } });
    await fixture.database.run.update({
      where: { id: deleted.runId },
      data: { cancelRequestedAt: now, deletedAt: now },
    });
    await sut.reconcile();
    expect(await waiting()).toEqual([`results-end-${cancelled.runId}`, `housekeeping-purge-${deleted.runId}`].sort());
  });

  it('leaves a shadow run alone until the run that it repeats has succeeded', async () => {
    const base = await runWith({ frames: 1 });
    const shadow = await runWith({ shadowOfId: base.runId });
    await sut.reconcile();
    expect(await waiting()).not.toContain(`ingest-${shadow.frameSetId}`);
    await fixture.database.runOutcome.create({ data: { runId: base.runId, state: 'succeeded' } });
    await sut.reconcile();
    expect(await waiting()).toContain(`ingest-${shadow.frameSetId}`);
  });

  it.each(['failed', 'cancelled'])('ends the shadow of a run that has %s', async (state) => {
    const base = await runWith({});
    const shadow = await runWith({ shadowOfId: base.runId });
    await fixture.database.runOutcome.create({ data: { runId: base.runId, state } });
    await sut.reconcile();
    expect(await waiting()).toEqual([`results-end-${shadow.runId}`]);
  });

  it('has a shadow run compared that has succeeded, not one that has failed or has no object with masks left', async () => {
    const base = await runWith({});
    const succeeded = await runWith({ shadowOfId: base.runId });
    const failed = await runWith({ shadowOfId: base.runId });
    const withoutMasks = await runWith({ shadowOfId: base.runId });
    await fixture.database.runObject.deleteMany({ where: { runId: withoutMasks.runId } });
    await fixture.database.runOutcome.createMany({
      data: [
        { runId: base.runId, state: 'succeeded' },
        { runId: succeeded.runId, state: 'succeeded' },
        { runId: withoutMasks.runId, state: 'succeeded' },
        { runId: failed.runId, state: 'failed' },
      ],
    });
    await sut.reconcile();
    expect(await waiting()).toEqual([`housekeeping-compare-${succeeded.runId}`]);
  });
});

describe('work that no user waits for', () => {
  it('comes after all work of users, whenever that is added; each in its order', async () => {
    const base = await runWith({});
    await fixture.database.runOutcome.create({ data: { runId: base.runId, state: 'succeeded' } });
    const shadow = await runWith({ shadowOfId: base.runId, frames: 2 });
    const users = [await runWith({ frames: 2 }), await runWith({ frames: 1 })];
    const next = fixture.next;
    await next.framesStored(users[0]!.frameSetId, 0);
    await next.framesStored(shadow.frameSetId, 0);
    await next.framesStored(users[0]!.frameSetId, 1);
    await next.framesStored(shadow.frameSetId, 1);
    await next.framesStored(users[1]!.frameSetId, 0);
    const taken: string[] = [];
    for (let i = 0; i < 5; i++) taken.push(String((await fixture.queues.of('features').getNextJob())?.id));
    expect(taken).toEqual([
      `features-${users[0]!.featureSetId}-0`,
      `features-${users[0]!.featureSetId}-1`,
      `features-${users[1]!.featureSetId}-0`,
      `features-${shadow.featureSetId}-0`,
      `features-${shadow.featureSetId}-1`,
    ]);
  });
});

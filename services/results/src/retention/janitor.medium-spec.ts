import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { blobKeys } from '@propago/contracts';
import { Database } from '@propago/database';
import { startServers, type Servers } from '@propago/local-stack';
import { NextSteps, Queues } from '@propago/pipeline';
import { createBlobStore, type BlobStore } from '@propago/storage';
import { Janitor, type RetentionPolicy } from './janitor';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const POLICY: RetentionPolicy = { runDays: 30, cacheHours: 24, cacheBytes: 0, minFreeBytes: 0, orphanMs: HOUR_MS };
const NOTHING = { blobs: 0, bytes: 0 };

describe('Janitor', () => {
  let servers: Servers;
  let database: Database;
  let queues: Queues;
  let folder: string;
  let store: BlobStore;

  const sut = (policy: Partial<RetentionPolicy> = {}) =>
    new Janitor(database, store, new NextSteps(database, queues), { ...POLICY, ...policy });

  beforeAll(async () => {
    const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '' };
    servers = await startServers({ env, need: { postgres: true, redis: true } });
    database = new Database(servers.databaseUrl);
  });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'propago-janitor-'));
    store = createBlobStore(pathToFileURL(folder).href);
    queues = new Queues({ redisUrl: servers.redisUrl, prefix: randomUUID(), lockSeconds: 5 });
  });

  afterEach(async () => {
    await database.run.deleteMany();
    await database.video.deleteMany();
    await queues.close();
    await rm(folder, { recursive: true, force: true });
  });

  afterAll(async () => {
    await database?.$disconnect();
    await servers?.stop();
  });

  /** A run with 10 bytes of features, ended so long ago; unfinished when `endedMs` is absent. */
  async function runWith({ endedMs }: { endedMs?: number }) {
    const sha256 = randomUUID();
    const featureSetId = randomUUID().replaceAll('-', '').padEnd(40, '0');
    const createdAt = new Date(Date.now() - (endedMs ?? 0) - 1000);
    const frameSetId = randomUUID().replaceAll('-', '').padEnd(40, '0');
    await database.video.create({ data: { sha256, bytes: 1, blobKey: blobKeys.video(sha256), probe: {} } });
    const size = { width: 8, height: 8, imageResize: 'bilinear', segmentFrames: 2 };
    await database.frameSet.create({ data: { id: frameSetId, videoSha256: sha256, createdAt, ...size } });
    const set = { videoSha256: sha256, frameSetId, encoderSha256: 'e', precision: 'float16', createdAt };
    await database.featureSet.create({ data: { id: featureSetId, ...set } });
    const extracted = { rows: 1, cols: 1, dim: 1, encoderSeconds: 0 };
    await database.featureSegment.create({ data: { featureSetId, index: 0, ...extracted } });
    const id = randomUUID();
    const request = { preset: 'dino', parameters: {}, encoderName: 'e', encoderSha256: 'e' };
    await database.run.create({ data: { id, featureSetId, createdAt, ...request } });
    const frame = { frame: 0, pts: 0, keyFrame: true, classes: [], maskKey: blobKeys.mask(id, 1, 0) };
    await database.frameResult.create({ data: { runId: id, ...frame } });
    if (endedMs !== undefined) {
      const finishedAt = new Date(Date.now() - endedMs);
      await database.runOutcome.create({ data: { runId: id, state: 'succeeded', finishedAt } });
    }
    await store.put(blobKeys.features(featureSetId, 0), Buffer.alloc(10));
    return { id, frameSetId, featureSetId, features: blobKeys.features(featureSetId, 0) };
  }

  async function age(key: string, ms: number): Promise<void> {
    const then = new Date(Date.now() - ms);
    await utimes(path.join(folder, key), then, then);
  }

  const purges = async () => (await queues.of('housekeeping').getWaiting()).map(({ data }) => data);

  it('has runs removed when their time has come, and no others', async () => {
    const expired = await runWith({ endedMs: 31 * DAY_MS });
    await runWith({ endedMs: 29 * DAY_MS });
    await runWith({});
    expect((await sut().clean()).expiredRuns).toEqual([expired.id]);
    expect(await purges()).toMatchObject([{ kind: 'purge', runId: expired.id }]);
  });

  it('keeps all runs when no time is set', async () => {
    await runWith({ endedMs: 10_000 * DAY_MS });
    expect((await sut({ runDays: 0 }).clean()).expiredRuns).toEqual([]);
  });

  it('evicts features that no run has used for the set time', async () => {
    const [old, fresh, wanted] = [
      await runWith({ endedMs: 25 * HOUR_MS }),
      await runWith({ endedMs: HOUR_MS }),
      await runWith({}),
    ];
    expect((await sut().clean()).features).toEqual({ blobs: 1, bytes: 10 });
    expect(await store.stat(old.features)).toBeNull();
    expect(await database.featureSegment.count({ where: { featureSetId: old.featureSetId } })).toBe(0);
    for (const { features, featureSetId } of [fresh, wanted]) {
      expect(await store.stat(features)).not.toBeNull();
      expect(await database.featureSegment.count({ where: { featureSetId } })).toBe(1);
    }
  });

  it('evicts the least recently used features above the budget', async () => {
    const first = await runWith({ endedMs: 3 * HOUR_MS });
    const second = await runWith({ endedMs: 2 * HOUR_MS });
    const third = await runWith({ endedMs: HOUR_MS });
    expect((await sut({ cacheBytes: 20 }).clean()).features).toEqual({ blobs: 1, bytes: 10 });
    expect(await store.stat(first.features)).toBeNull();
    expect(await store.stat(second.features)).not.toBeNull();
    expect(await store.stat(third.features)).not.toBeNull();
  });

  it('evicts what no run wants now while the disk has less free than it should, and nothing that one wants', async () => {
    const idle = [await runWith({ endedMs: 1000 }), await runWith({ endedMs: 2000 })];
    const wanted = await runWith({});
    const { features } = await sut({ minFreeBytes: Number.MAX_SAFE_INTEGER }).clean();
    expect(features).toEqual({ blobs: 2, bytes: 20 });
    for (const { features: key } of idle) expect(await store.stat(key)).toBeNull();
    expect(await store.stat(wanted.features)).not.toBeNull();
  });

  it('says what it keeps, how much of it, and why', async () => {
    const [fresh, wanted] = [await runWith({ endedMs: HOUR_MS }), await runWith({})];
    await runWith({ endedMs: 25 * HOUR_MS });
    await store.put(blobKeys.labels(wanted.id, 'p', 0), Buffer.alloc(1));
    await store.put(blobKeys.mask(fresh.id, 1, 0), Buffer.alloc(4));
    await store.put(blobKeys.overlay(fresh.id, 1), Buffer.alloc(6));
    await store.put(blobKeys.mask(randomUUID(), 1, 0), Buffer.alloc(3));
    for (const dryRun of [true, false]) {
      const { features, kept } = await sut().clean(dryRun);
      expect(features).toEqual({ blobs: 1, bytes: 10 });
      expect(kept).toEqual([
        { what: 'features', why: 'used in the last 24 hours, for later runs and corrections', blobs: 1, bytes: 10 },
        { what: 'features', why: 'of runs that have not ended', blobs: 1, bytes: 10 },
        { what: 'exports', why: 'made in the last 24 hours', blobs: 1, bytes: 6 },
        { what: 'masks', why: 'of runs that are kept', blobs: 1, bytes: 4 },
        { what: 'masks', why: 'on their way in', blobs: 1, bytes: 3 },
        { what: 'labels', why: 'of runs that go on or may be corrected', blobs: 1, bytes: 1 },
      ]);
    }
  });

  it('removes old blobs whose row does not exist, and leaves young ones', async () => {
    const { id, features } = await runWith({ endedMs: HOUR_MS });
    const lost = [
      blobKeys.video('a'.repeat(64)),
      blobKeys.prompt(randomUUID(), 0, 'd'),
      blobKeys.labels(randomUUID(), 'p', 0),
      blobKeys.mask(randomUUID(), 1, 3),
      // Replaced by a correction.
      blobKeys.mask(id, 2, 0),
      blobKeys.frames('b'.repeat(40), 0),
      blobKeys.features('c'.repeat(40), 0),
      blobKeys.encoderModel('d'.repeat(64)),
    ];
    const known = [features, blobKeys.mask(id, 1, 0)];
    for (const key of [...lost, ...known.slice(1)]) await store.put(key, Buffer.alloc(3));
    for (const key of [...lost, ...known]) await age(key, 2 * HOUR_MS);
    const young = blobKeys.mask(randomUUID(), 1, 0);
    await store.put(young, Buffer.alloc(3));

    const { orphans } = await sut().clean();
    const one = { blobs: 1, bytes: 3 };
    expect(orphans).toEqual({
      videos: one,
      prompts: one,
      labels: one,
      masks: { blobs: 2, bytes: 6 },
      frames: one,
      features: one,
      encoders: one,
    });
    for (const key of lost) expect(await store.stat(key)).toBeNull();
    for (const key of [...known, young]) expect(await store.stat(key)).not.toBeNull();
  });

  it('removes soft labels of a run that has failed', async () => {
    const [ended, unfinished] = [await runWith({ endedMs: HOUR_MS }), await runWith({})];
    await database.runOutcome.update({ where: { runId: ended.id }, data: { state: 'failed' } });
    for (const { id } of [ended, unfinished]) {
      await store.put(blobKeys.labels(id, 'p', 4), Buffer.alloc(3));
      await age(blobKeys.labels(id, 'p', 4), 2 * HOUR_MS);
    }
    expect((await sut().clean()).orphans).toEqual({ labels: { blobs: 1, bytes: 3 } });
    expect(await store.stat(blobKeys.labels(ended.id, 'p', 4))).toBeNull();
    expect(await store.stat(blobKeys.labels(unfinished.id, 'p', 4))).not.toBeNull();
  });

  describe('decoded frames', () => {
    /** Frames of segments 0 and 1, the features of segment 0 being there. */
    async function decoded({ frameSetId }: { frameSetId: string }): Promise<string[]> {
      const keys = [0, 1].map((index) => blobKeys.frames(frameSetId, index));
      for (const [index, key] of keys.entries()) {
        await store.put(key, Buffer.alloc(4));
        await database.frameSegment.create({ data: { frameSetId, index, frameCount: 2, decodeSeconds: 0 } });
      }
      return keys;
    }
    const isThere = async (key: string) => (await store.stat(key)) !== null;

    it('stay for later runs, and go when no run has used them for the set time; their rows stay', async () => {
      const [old, fresh] = [await runWith({ endedMs: 25 * HOUR_MS }), await runWith({ endedMs: HOUR_MS })];
      const [gone, kept] = [await decoded(old), await decoded(fresh)];
      const report = await sut().clean();
      expect(report.frames).toEqual({ blobs: 2, bytes: 8 });
      expect(report.kept).toContainEqual(expect.objectContaining({ what: 'frames', blobs: 2, bytes: 8 }));
      expect(await Promise.all([...gone, ...kept].map(isThere))).toEqual([false, false, true, true]);
      expect(await database.frameSegment.count({ where: { frameSetId: old.frameSetId } })).toBe(2);
    });

    it('count as used when another encoder has used them', async () => {
      const old = await runWith({ endedMs: 25 * HOUR_MS });
      const keys = await decoded(old);
      const other = await runWith({ endedMs: HOUR_MS });
      const { frameSetId } = old;
      await database.featureSet.update({ where: { id: other.featureSetId }, data: { frameSetId } });
      expect((await sut().clean()).frames).toEqual(NOTHING);
      expect(await Promise.all(keys.map(isThere))).toEqual([true, true]);
    });

    it('make room as soon as every encoder has seen them that an unfinished run waits for, and no sooner', async () => {
      const run = await runWith({});
      const keys = await decoded(run);
      const lacking = { minFreeBytes: Number.MAX_SAFE_INTEGER };
      expect((await sut(lacking).makeRoom()).frames).toEqual({ blobs: 1, bytes: 4 });
      expect(await Promise.all(keys.map(isThere))).toEqual([false, true]);
      expect((await sut(lacking).makeRoom()).frames).toEqual(NOTHING);
    });
  });

  it('removes old files of a training run that its rows do not name', async () => {
    const runId = randomUUID();
    await database.trainingRun.create({
      data: { id: runId, name: 't', state: 'running', configuration: {}, createdBy: 'c' },
    });
    const [known, lost] = ['checkpoint-2.pt', 'checkpoint-1.pt'].map((name) => blobKeys.trainingArtifact(runId, name));
    const file = { kind: 'checkpoint', blobKey: known!, bytes: 3, sha256: 'c' };
    await database.trainingArtifact.create({ data: { runId, name: 'checkpoint-2.pt', ...file } });
    for (const key of [known!, lost!]) {
      await store.put(key, Buffer.alloc(3));
      await age(key, 2 * HOUR_MS);
    }
    expect((await sut().clean()).orphans).toEqual({ training: { blobs: 1, bytes: 3 } });
    expect(await store.stat(known!)).not.toBeNull();
    expect(await store.stat(lost!)).toBeNull();
    await database.trainingRun.delete({ where: { id: runId } });
  });

  it('removes old overlays', async () => {
    const { id } = await runWith({ endedMs: HOUR_MS });
    await store.put(blobKeys.overlay(id, 1), Buffer.alloc(7));
    expect((await sut().clean()).overlays).toEqual(NOTHING);
    await age(blobKeys.overlay(id, 1), 25 * HOUR_MS);
    expect((await sut().clean()).overlays).toEqual({ blobs: 1, bytes: 7 });
    expect(await store.stat(blobKeys.overlay(id, 1))).toBeNull();
  });

  it('only counts in a dry run', async () => {
    const { id, features } = await runWith({ endedMs: 31 * DAY_MS });
    const lost = blobKeys.video('a'.repeat(64));
    await store.put(lost, Buffer.alloc(3));
    await age(lost, 2 * HOUR_MS);
    const report = await sut().clean(true);
    expect(report).toEqual({
      dryRun: true,
      expiredRuns: [id],
      features: { blobs: 1, bytes: 10 },
      frames: NOTHING,
      overlays: NOTHING,
      orphans: { videos: { blobs: 1, bytes: 3 } },
      kept: [],
    });
    expect(await purges()).toEqual([]);
    expect(await store.stat(features)).not.toBeNull();
    expect(await store.stat(lost)).not.toBeNull();
    expect(await sut().clean(true)).toEqual(report);
  });
});

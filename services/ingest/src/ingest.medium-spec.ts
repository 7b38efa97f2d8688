import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import pino from 'pino';
import { Registry } from 'prom-client';
import { blobKeys, PRESETS } from '@propago/contracts';
import { Database } from '@propago/database';
import { startServers, type Servers } from '@propago/local-stack';
import { NextSteps, Queues, StageMetrics, StageRunner } from '@propago/pipeline';
import type { ConfigOf, News } from '@propago/runtime';
import { renderClip } from '@propago/sample-clip';
import { decodeSegment } from '@propago/segments';
import { createBlobStore, type BlobStore } from '@propago/storage';
import { DEFAULT_VIDEO_LIMITS, encodeVideo, openVideoSource, resizeRgb, type VideoSource } from '@propago/video';
import { FrameTableService } from './frame-table.service';
import { IngestProcessor } from './ingest.processor';

jest.setTimeout(120_000);

const SIZE = { width: 96, height: 64 };
const INPUT = { width: 48, height: 32 };
const SEGMENT = 4;
const FRAMES = 40;
const AHEAD = 2;
const CONFIG = {
  INGEST_CONCURRENCY: 2,
  MAX_SEGMENTS_AHEAD: AHEAD,
  MAX_FRAMES: 20_000,
  MAX_SIDE: 4096,
  DECODE_TIMEOUT_SECONDS: 60,
} as ConfigOf<'ingest'>;

/** A run on a video of its own, or on that of another run with an encoder of its own. */
interface TestRun {
  runId: string;
  sha256: string;
  frameSetId: string;
  featureSetId: string;
}

describe('IngestProcessor', () => {
  let servers: Servers;
  let database: Database;
  let queues: Queues;
  let next: NextSteps;
  let folder: string;
  let store: BlobStore;
  let runner: StageRunner<'ingest'>;
  let metrics: StageMetrics;
  /** Where decoding began, for each time that it did. */
  let begun: number[];

  beforeAll(async () => {
    const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '' };
    servers = await startServers({ env, need: { postgres: true, redis: true } });
    database = new Database(servers.databaseUrl);
  }, 60_000);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'propago-ingest-'));
    store = createBlobStore(pathToFileURL(folder).href);
    queues = new Queues({ redisUrl: servers.redisUrl, prefix: randomUUID(), lockSeconds: 5 });
    next = new NextSteps(database, queues);
    begun = [];
    const table = new FrameTableService(database);
    const look = table.sinceKeyFrame.bind(table);
    table.sinceKeyFrame = (videoSha256, before) => {
      begun.push(before);
      return look(videoSha256, before);
    };
    const news = { progress: () => {} } as unknown as News;
    const sut = new IngestProcessor(CONFIG, store, database, table, next, news, queues);
    metrics = new StageMetrics(new Registry(), queues);
    runner = new StageRunner(sut, queues, next, metrics, pino({ level: 'silent' }));
  });
  afterEach(async () => {
    await database.run.updateMany({ data: { cancelRequestedAt: new Date() } });
    await runner.abortUnwanted();
    await runner.drain(1);
    await database.run.deleteMany();
    await database.video.deleteMany();
    await queues.close();
    await rm(folder, { recursive: true, force: true });
  });
  afterAll(async () => {
    await database?.$disconnect();
    await servers?.stop();
  });

  async function runOf({ seed, of }: { seed: number; of?: TestRun }): Promise<TestRun> {
    const [runId, digest] = [randomUUID(), () => randomUUID().replaceAll('-', '').padEnd(40, '0')];
    const sha256 = of?.sha256 ?? createHash('sha256').update(String(seed)).digest('hex');
    const frameSetId = of?.frameSetId ?? digest();
    if (!of) {
      const file = join(folder, `${seed}.mp4`);
      const clip = async function* () {
        for (const { rgb } of renderClip({ ...SIZE, frames: FRAMES, objects: 2, seed })) yield rgb;
      };
      await encodeVideo(file, { ...SIZE, frameRate: 24 }, clip());
      await store.put(blobKeys.video(sha256), await readFile(file));
      await database.video.create({ data: { sha256, bytes: 1, blobKey: blobKeys.video(sha256), probe: {} } });
      const set = { id: frameSetId, videoSha256: sha256, ...INPUT, imageResize: 'bilinear', segmentFrames: SEGMENT };
      await database.frameSet.create({ data: set });
    }
    const featureSetId = digest();
    const features = { videoSha256: sha256, frameSetId, encoderSha256: randomUUID(), precision: 'float16' };
    await database.featureSet.create({ data: { id: featureSetId, ...features } });
    const request = { preset: 'dino', parameters: PRESETS.dino, encoderName: 'e', encoderSha256: 'e' };
    const objects = { create: { id: 1 } };
    const prompts = { create: { frame: 0, objects: [1], present: [1], digest: 'd', maskKey: 'm' } };
    await database.run.create({ data: { id: runId, featureSetId, ...request, objects, prompts } });
    return { runId, sha256, frameSetId, featureSetId };
  }

  const segmentsOf = ({ frameSetId }: TestRun) => database.frameSegment.count({ where: { frameSetId } });
  const until = async (isSo: () => Promise<boolean>) => {
    for (const deadline = Date.now() + 60_000; !(await isSo()); await sleep(20)) {
      if (Date.now() > deadline) throw new Error('waited in vain');
    }
  };

  /** The stages behind have done a segment, as their rows say: features, then labels of the only pass. */
  async function doSegment({ runId, featureSetId }: TestRun, index: number): Promise<void> {
    const features = { featureSetId, index, rows: 1, cols: 1, dim: 1, encoderSeconds: 0 };
    await database.featureSegment.create({ data: features });
    await next.featuresStored(featureSetId, index);
    const [job] = (await queues.of('propagation').getWaiting()).filter(
      ({ data }) => data.runId === runId && data.segment === index,
    );
    const { pass } = job!.data;
    await database.labelSegment.create({ data: { runId, pass, index, frameCount: SEGMENT, kernelSeconds: 0 } });
    await next.labelsStored(runId, pass, index);
  }

  /** Has a run's video decoded to its end, as if the other stages took no time. */
  async function finish(run: TestRun, from = 0): Promise<void> {
    for (let index = from; index * SEGMENT < FRAMES; index++) {
      await until(async () => (await segmentsOf(run)) > index);
      await doSegment(run, index);
    }
    await until(async () => (await database.frameTable.count({ where: { videoSha256: run.sha256 } })) === 1);
  }

  async function sourceOf({ sha256 }: TestRun): Promise<VideoSource> {
    return openVideoSource(join(folder, blobKeys.video(sha256)), DEFAULT_VIDEO_LIMITS);
  }

  /** Table and pixels are those of decoding without a pause. */
  async function expectTheVeryFrames(run: TestRun): Promise<void> {
    const rows = await database.videoFrame.findMany({ where: { videoSha256: run.sha256 }, orderBy: { index: 'asc' } });
    expect(rows.map(({ index }) => index)).toEqual(Array.from({ length: FRAMES }, (_, index) => index));
    for await (const frame of (await sourceOf(run)).frames()) {
      expect(rows[frame.index]!.pts).toBe(BigInt(frame.pts));
      const key = blobKeys.frames(run.frameSetId, Math.floor(frame.index / SEGMENT));
      const { payload, header } = decodeSegment('frames', await store.get(key), key);
      const bytes = INPUT.width * INPUT.height * 3;
      const at = (frame.index - header.firstFrame) * bytes;
      const expected = resizeRgb(frame.rgb, frame, INPUT, 'bilinear');
      expect(Buffer.compare(Buffer.from(payload.subarray(at, at + bytes)), expected)).toBe(0);
    }
  }

  const framesDecoded = async () => (await metrics.frames.get()).values[0]?.value ?? 0;

  it('decodes no further than the stages behind have room for', async () => {
    const run = await runOf({ seed: 1 });
    runner.start();
    await next.framesNeeded(run.frameSetId);
    await until(async () => (await segmentsOf(run)) === AHEAD);
    await sleep(300);
    expect(await segmentsOf(run)).toBe(AHEAD);
    await finish(run);
    await expectTheVeryFrames(run);
  });

  it('decodes once for two encoders, also when the second one comes later', async () => {
    const first = await runOf({ seed: 2 });
    runner.start();
    await next.framesNeeded(first.frameSetId);
    await finish(first);
    await until(async () => (await framesDecoded()) === FRAMES);
    const second = await runOf({ seed: 2, of: first });
    await next.runAccepted({ id: second.featureSetId, frameSetId: second.frameSetId });
    const waiting = async () => (await queues.of('features').getWaiting()).map(({ data }) => data);
    await until(async () => (await waiting()).filter((job) => job.featureSetId === second.featureSetId).length === 10);
    await until(async () => (await queues.of('ingest').count()) === 0);
    expect(await framesDecoded()).toBe(FRAMES);
  });

  it('stores again only what an encoder waits for', async () => {
    const first = await runOf({ seed: 3 });
    runner.start();
    await next.framesNeeded(first.frameSetId);
    await finish(first);
    await until(async () => (await queues.of('ingest').getActiveCount()) === 0);
    await store.deletePrefix(`frames/${first.frameSetId}`);
    const second = await runOf({ seed: 3, of: first });
    for (let index = 0; index < 8; index++) await doSegment(second, index);
    await next.framesNeeded(second.frameSetId);
    const keys = [8, 9].map((index) => blobKeys.frames(second.frameSetId, index));
    await until(async () => (await store.stat(keys[1]!)) !== null);
    const stored: string[] = [];
    for await (const { key } of store.list(`frames/${second.frameSetId}`)) stored.push(key);
    expect(stored).toEqual(keys);
  });

  it('lets a third video go first while two wait for room, and goes on where it was', async () => {
    const runs = [await runOf({ seed: 4 }), await runOf({ seed: 5 }), await runOf({ seed: 6 })];
    runner.start();
    for (const { frameSetId } of runs.slice(0, 2)) await next.framesNeeded(frameSetId);
    for (const run of runs.slice(0, 2)) await until(async () => (await segmentsOf(run)) === AHEAD);
    await next.framesNeeded(runs[2]!.frameSetId);
    // Nothing has been made of the first two, which have both places.
    await until(async () => (await segmentsOf(runs[2]!)) === AHEAD);
    expect(await Promise.all(runs.map(segmentsOf))).toEqual([AHEAD, AHEAD, AHEAD]);
    await Promise.all(runs.map((run) => finish(run)));
    for (const run of runs) await expectTheVeryFrames(run);
    expect(begun.some((frame) => frame > 0)).toBe(true);
    expect(begun.every((frame) => frame % SEGMENT === 0)).toBe(true);
  });
});

import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { blobKeys, CodedError, parseExportOptions, type ExportFormat } from '@propago/contracts';
import { Database } from '@propago/database';
import { encodeRles, rleArea } from '@propago/labels';
import { startServers, type Servers } from '@propago/local-stack';
import type { ConfigOf, News } from '@propago/runtime';
import { createBlobStore, type BlobStore } from '@propago/storage';
import { MakeExportService } from './make-export.service';

const SIZE = { width: 32, height: 24 };
const FRAMES = 150;
const LIMITS = { MAX_FRAMES: 1000, MAX_SIDE: 1000, DECODE_TIMEOUT_SECONDS: 60 } as ConfigOf<'results'>;

describe('making an export', () => {
  let servers: Servers;
  let database: Database;
  let folder: string;
  let store: BlobStore;
  let runId: string;
  let told: string[];

  const sut = () => {
    const news = { progress: (id: string) => void told.push(id) } as unknown as News;
    return new MakeExportService(LIMITS, store, database, news);
  };
  const never = new AbortController().signal;

  beforeAll(async () => {
    const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '' };
    servers = await startServers({ env, need: { postgres: true } });
    database = new Database(servers.databaseUrl);
  });

  beforeEach(async () => {
    told = [];
    folder = await mkdtemp(path.join(tmpdir(), 'propago-make-export-'));
    store = createBlobStore(pathToFileURL(folder).href);
    runId = await runWithMasks();
  });

  afterEach(async () => {
    await database.run.deleteMany();
    await database.video.deleteMany();
    await rm(folder, { recursive: true, force: true });
  });

  afterAll(async () => {
    await database?.$disconnect();
    await servers?.stop();
  });

  /** A run of two objects whose masks are stored, the second on every other frame. */
  async function runWithMasks(): Promise<string> {
    const [sha256, id] = [randomUUID(), randomUUID()];
    const featureSetId = randomUUID().replaceAll('-', '').padEnd(40, '0');
    const frameSetId = featureSetId.replace(/^./, 'f');
    const probe = { ...SIZE, codec: 'h264', rotation: 0, frameRate: 25, timeBase: { num: 1, den: 25 } };
    await database.video.create({ data: { sha256, bytes: 1, blobKey: blobKeys.video(sha256), probe } });
    const input = { width: 8, height: 8, imageResize: 'bilinear', segmentFrames: 16 };
    await database.frameSet.create({ data: { id: frameSetId, videoSha256: sha256, ...input } });
    await database.featureSet.create({
      data: { id: featureSetId, videoSha256: sha256, frameSetId, encoderSha256: 'e', precision: 'float16' },
    });
    const request = { preset: 'dino', parameters: {}, encoderName: 'e', encoderSha256: 'e', name: 'street' };
    await database.run.create({ data: { id, featureSetId, ...request } });
    await database.runObject.createMany({
      data: [
        { runId: id, id: 1, name: 'car' },
        { runId: id, id: 2 },
      ],
    });
    await database.frameResult.createMany({
      data: Array.from({ length: FRAMES }, (_, frame) => ({
        ...{ runId: id, frame, pts: frame, keyFrame: frame === 0, maskKey: blobKeys.mask(id, 1, frame) },
        classes: classesOf(frame),
      })),
    });
    return id;
  }

  function classesOf(frame: number) {
    const labels = new Uint8Array(SIZE.width * SIZE.height);
    labels.fill(1, 5, 5 + (frame % 20) + 1);
    if (frame % 2 === 0) labels.fill(2, 300, 310);
    const rles = encodeRles(labels, SIZE, [1, 2]);
    return rles.map((rle, i) => ({ id: i + 1, area: rleArea(rle), confidence: 0.5, rle: { ...rle } }));
  }

  async function asked(format: ExportFormat, { options = {}, frames = FRAMES, revision = 1 } = {}) {
    const id = randomUUID();
    const complete = parseExportOptions(format, options);
    await database.export.create({
      data: { id, runId, revision, format, options: complete, frames, digest: randomUUID() },
    });
    return { kind: 'export', runId, exportId: id } as const;
  }

  const workOf = (exportId: string) => database.exportWork.findUnique({ where: { exportId } });

  async function fileOf({ exportId }: { exportId: string }): Promise<Buffer> {
    return store.get(blobKeys.export(runId, exportId));
  }

  it('stores the file, its size and digest, and what was lost', async () => {
    const job = await asked('cvat-xml');
    await expect(sut().make(job, never)).resolves.toMatchObject({ frames: FRAMES });
    const file = await fileOf(job);
    expect(await workOf(job.exportId)).toMatchObject({
      ...{ state: 'ready', framesDone: FRAMES, bytes: BigInt(file.length), errorCode: null },
      sha256: createHash('sha256').update(file).digest('hex'),
      report: { loss: { masks: FRAMES * 1.5, meanJaccard: 1, withHoles: 0, withParts: 0 } },
      finishedAt: expect.any(Date),
    });
    expect(file.toString()).toContain(`<name>street-${runId.slice(0, 8)}</name>`);
    expect(told.length).toBeGreaterThanOrEqual(2);
  });

  it('is done once', async () => {
    const job = await asked('csv');
    await sut().make(job, never);
    await expect(sut().make(job, never)).resolves.toEqual({ skipped: true });
    await expect(sut().make({ ...job, exportId: randomUUID() }, never)).resolves.toEqual({ skipped: true });
  });

  it('holds the frames and objects that were asked for, in the order of the frames', async () => {
    const job = await asked('csv', { options: { objects: [2] }, frames: 70 });
    await sut().make(job, never);
    const rows = (await fileOf(job)).toString().trim().split('\r\n').slice(1);
    expect(rows.map((row) => row.split(',')).map(([frame, , , , object]) => [Number(frame), Number(object)])).toEqual(
      Array.from({ length: 70 }, (_, frame) => [frame, 2]),
    );
  });

  it('begins again where a worker was cut off, and gives the same file', async () => {
    const [undisturbed, job] = [await asked('coco'), await asked('coco')];
    await sut().make(undisturbed, never);
    for (const atFrame of [1, 80, 140]) {
      const cut = new AbortController();
      const service = sut();
      const signal = Object.create(cut.signal) as AbortSignal;
      let frames = 0;
      signal.throwIfAborted = () => {
        if (++frames === atFrame) throw new Error('cut off');
      };
      await expect(service.make(job, signal)).rejects.toThrow('cut off');
      expect(await workOf(job.exportId)).toMatchObject({ state: 'running', finishedAt: null, sha256: null });
      expect(await store.stat(blobKeys.export(runId, job.exportId))).toBeNull();
    }
    await sut().make(job, never);
    expect((await fileOf(job)).equals(await fileOf(undisturbed))).toBe(true);
  });

  it('is given up when the prompts have changed, before or in its midst', async () => {
    await database.run.update({ where: { id: runId }, data: { revision: 2 } });
    await expect(sut().make(await asked('davis'), never)).rejects.toMatchObject({ code: 'EXPORT_OUTDATED' });
    await expect(sut().make(await asked('davis', { revision: 2 }), never)).resolves.toMatchObject({ frames: FRAMES });
  });

  it('of masks that are not there fails, and may be tried again', async () => {
    await database.frameResult.deleteMany({ where: { runId, frame: 77 } });
    const job = await asked('davis');
    await expect(sut().make(job, never)).rejects.toMatchObject({ code: 'BLOB_MISSING', kind: { retryable: true } });
  });

  it('leaves no file of an export that is removed meanwhile', async () => {
    const job = await asked('sa-v');
    const removing = Object.assign(Object.create(store) as BlobStore, {
      putStream: async (...given: Parameters<BlobStore['putStream']>) => {
        await database.export.delete({ where: { id: job.exportId } });
        return store.putStream(...given);
      },
    });
    const news = { progress: () => {} } as unknown as News;
    await new MakeExportService(LIMITS, removing, database, news).make(job, never);
    expect(await store.stat(blobKeys.export(runId, job.exportId))).toBeNull();
  });

  it('says why it failed', async () => {
    const job = await asked('mots-png');
    await sut().fail(job, new CodedError('EXPORT_IMPOSSIBLE', 'There are too many.'));
    expect(await workOf(job.exportId)).toMatchObject({
      ...{ state: 'failed', errorCode: 'EXPORT_IMPOSSIBLE', errorDetail: 'There are too many.' },
      finishedAt: expect.any(Date),
    });
  });
});

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { blobKeys } from '@propago/contracts';
import { Database } from '@propago/database';
import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { startServers, type Servers } from '@propago/local-stack';
import { createBlobStore, type BlobStore } from '@propago/storage';
import { ShadowComparisonService } from './shadow-comparison.service';

const SIZE = { width: 4, height: 2 };
const FRAMES = 3;
const POINTS = { points: ['tip'] };

describe('ShadowComparisonService', () => {
  let servers: Servers;
  let database: Database;
  let folder: string;
  let store: BlobStore;
  let sut: ShadowComparisonService;

  beforeAll(async () => {
    servers = await startServers({ env: { ...process.env, DATABASE_URL: '' }, need: { postgres: true } });
    database = new Database(servers.databaseUrl);
    folder = await mkdtemp(path.join(tmpdir(), 'propago-shadows-'));
    store = createBlobStore(pathToFileURL(folder).href);
    sut = new ShadowComparisonService(store, database);
  });
  afterAll(async () => {
    await database?.$disconnect();
    await servers?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** A run that has succeeded, whose object fills so many pixels of each frame; without masks when it is absent. */
  async function runWith(filled: number | undefined, shadowOfId?: string): Promise<string> {
    const id = randomUUID();
    const video = { videoSha256: id };
    const timeBase = { timeBaseNumerator: 1, timeBaseDenominator: 24 };
    await database.video.create({ data: { sha256: id, bytes: 1, blobKey: 'v', probe: {} } });
    await database.frameTable.create({ data: { ...video, frameCount: FRAMES, ...timeBase } });
    const frames = { ...SIZE, imageResize: 'bilinear', segmentFrames: FRAMES };
    await database.frameSet.create({ data: { id, ...video, ...frames } });
    await database.featureSet.create({ data: { id, ...video, frameSetId: id, encoderSha256: 'e', precision: 'fp16' } });
    const hasMasks = filled !== undefined;
    await database.run.create({
      data: {
        id,
        featureSetId: id,
        shadowOfId,
        preset: 'dino',
        parameters: {},
        encoderName: 'e',
        encoderSha256: 'e',
        objects: { create: hasMasks ? { id: 1 } : { id: 2, kind: 'keypoints', ...POINTS } },
        prompts: hasMasks ? { create: { frame: 0, objects: [1], present: [1], digest: 'd', maskKey: 'm' } } : undefined,
        outcome: { create: { state: 'succeeded' } },
      },
    });
    for (let frame = 0; frame < FRAMES; frame++) {
      const maskKey = hasMasks ? blobKeys.mask(id, 1, frame) : null;
      if (maskKey) {
        const indices = new Uint8Array(SIZE.width * SIZE.height).fill(1, 0, filled);
        await store.put(maskKey, encodeIndexedPng({ ...SIZE, indices, palette: VOC_PALETTE }));
      }
      await database.frameResult.create({ data: { runId: id, frame, pts: 0, keyFrame: false, classes: [], maskKey } });
    }
    return id;
  }

  const compare = async (id: string) => {
    const report = await sut.compare(id, new AbortController().signal);
    return { report, stored: await database.shadowComparison.findUnique({ where: { shadowRunId: id } }) };
  };

  it('stores the mean index of the masks of all frames that no prompt gives, once', async () => {
    const shadow = await runWith(2, await runWith(8));
    const { report, stored } = await compare(shadow);
    expect(report).toMatchObject({ frames: FRAMES - 1 });
    expect(stored).toMatchObject({ frames: FRAMES - 1, meanJaccard: 2 / 8 });
    expect(await compare(shadow)).toEqual({ report: { skipped: true }, stored });
  });

  it('stores nothing of a run whose objects with masks were all removed', async () => {
    const shadow = await runWith(undefined, await runWith(undefined));
    expect(await compare(shadow)).toEqual({ report: { skipped: true }, stored: null });
  });
});

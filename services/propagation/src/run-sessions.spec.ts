import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pino from 'pino';
import type { AffinityEngine } from '@propago/affinity';
import { blobKeys, PRESETS } from '@propago/contracts';
import type { ConfigOf } from '@propago/runtime';
import type { Pass } from '@propago/passes';
import { encodeSegment } from '@propago/segments';
import { createBlobStore, type BlobStore } from '@propago/storage';
import type { RunPass } from './run-pass';
import { RunSessions } from './run-sessions';
import { StoredSegments } from './stored-segments';

const FRAMES = 8;
const GRID = { rows: 4, cols: 6 };
const PATCHES = GRID.rows * GRID.cols;
const DIM = 16;

describe('RunSessions', () => {
  let folder: string;
  let store: BlobStore;
  let sut: RunSessions;
  let stored: StoredSegments;
  const pass: Pass = { key: 'pass', kind: 'mask', direction: 'forward', from: 0, to: null, objects: [1] };
  const run = {
    id: 'run',
    parameters: PRESETS.siammae,
    featureSet: { id: 'set', frameSet: { segmentFrames: FRAMES } },
  } as unknown as RunPass['run'];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'propago-sessions-'));
    store = createBlobStore(pathToFileURL(folder).href);
    const config = { PROPAGATION_CONCURRENCY: 1, PROPAGO_AFFINITY: 'auto', KERNEL_THREADS: 1 };
    stored = new StoredSegments(store);
    sut = new RunSessions(config as ConfigOf<'propagation'>, stored, pino({ level: 'silent' }));
  });
  afterEach(async () => {
    await sut.onApplicationShutdown();
    rmSync(folder, { recursive: true });
  });

  async function storeSegments(count: number): Promise<void> {
    const features = new Float32Array(FRAMES * PATCHES * DIM).fill(1 / Math.sqrt(DIM));
    const labels = new Float32Array(FRAMES * PATCHES * 2).fill(0.5);
    for (let segment = 0; segment < count; segment++) {
      const header = { firstFrame: segment * FRAMES, frames: FRAMES, ...GRID };
      const ofFeatures = { ...header, kind: 'features', dim: DIM, dtype: 'float32', encoderSha256: 'e' } as const;
      await store.put(blobKeys.features('set', segment), encodeSegment(ofFeatures, [features]));
      await store.put(
        blobKeys.labels('run', pass.key, segment),
        encodeSegment({ ...header, kind: 'labels', classes: 2 }, [labels]),
      );
    }
  }

  it('reads the context back from the blobs, and lets others have their turn between two frames', async () => {
    await storeSegments(3);
    const next = await stored.features(run.featureSet, 2);
    const { engine } = sut as unknown as { engine: AffinityEngine };
    const createSession = engine.createSession.bind(engine);
    const turnsAt: number[] = [];
    jest.spyOn(engine, 'createSession').mockImplementation((...args) => {
      const session = createSession(...args);
      const addContext = session.addContext.bind(session);
      jest.spyOn(session, 'addContext').mockImplementation((...frame) => {
        turnsAt.push(turns);
        addContext(...frame);
      });
      return session;
    });
    let turns = 0;
    let isOver = false;
    const others = (async () => {
      for (; !isOver; turns++) await new Promise((resolve) => setImmediate(resolve));
    })();
    const labels = await sut.use({ run, pass }, { step: 16, features: next }, async ({ session, step }) => {
      isOver = true;
      await others;
      expect(step).toBe(16);
      return (await session.propagate(16, next.frames[0]!)).labels;
    });
    // 20 context frames at most; the first 16 frames of the video are all there are.
    expect(turnsAt).toHaveLength(16);
    expect(new Set(turnsAt).size).toBe(16);
    expect(labels).toEqual(new Float32Array(PATCHES * 2).fill(0.5));
  });

  it('gives a session that was kept to the next segment only', async () => {
    await storeSegments(2);
    const features = await stored.features(run.featureSet, 1);
    const walkAt = (step: number) => sut.use({ run, pass }, { step, features }, async (walk) => walk);
    const first = await walkAt(8);
    expect(await walkAt(8)).toBe(first);
    expect(await walkAt(0)).not.toBe(first);
  });

  it('has no more sessions open than jobs at once, and closes that of a job that fails', async () => {
    await storeSegments(2);
    const features = await stored.features(run.featureSet, 0);
    const { engine } = sut as unknown as { engine: AffinityEngine };
    const createSession = engine.createSession.bind(engine);
    const open = new Set<unknown>();
    let most = 0;
    jest.spyOn(engine, 'createSession').mockImplementation((...args) => {
      const session = createSession(...args);
      open.add(session);
      most = Math.max(most, open.size);
      const close = session.close.bind(session);
      jest.spyOn(session, 'close').mockImplementation(() => {
        open.delete(session);
        close();
      });
      return session;
    });
    const use = (key: string, work: () => Promise<void>) =>
      sut.use({ run, pass: { ...pass, key } }, { step: 0, features }, work);
    for (const key of ['a', 'b', 'a', 'c']) await use(key, async () => {});
    expect(most).toBe(1);
    expect(open.size).toBe(1);
    await expect(use('d', () => Promise.reject(new Error('stopped')))).rejects.toThrow('stopped');
    expect(open.size).toBe(0);
  });
});

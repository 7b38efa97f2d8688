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
    const { session, step } = await sut.take({ run, pass }, 16, next);
    isOver = true;
    await others;
    // 20 context frames at most; the first 16 frames of the video are all there are.
    expect(turnsAt).toHaveLength(16);
    expect(new Set(turnsAt).size).toBe(16);
    expect(step).toBe(16);
    const { labels } = await session.propagate(16, next.frames[0]!);
    expect(labels).toEqual(new Float32Array(PATCHES * 2).fill(0.5));
    session.close();
  });

  it('gives a session that was kept to the next segment only', async () => {
    await storeSegments(2);
    const next = await stored.features(run.featureSet, 1);
    const first = await sut.take({ run, pass }, 8, next);
    sut.keep({ run, pass }, first);
    expect(await sut.take({ run, pass }, 8, next)).toBe(first);
    sut.keep({ run, pass }, first);
    const other = await sut.take({ run, pass }, 0, next);
    expect(other).not.toBe(first);
    other.session.close();
  });
});

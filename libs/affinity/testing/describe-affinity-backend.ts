import { contextEntries } from '../src/context';
import { AffinityEngine } from '../src/engine';
import { asFloat32 } from '../src/half';
import { AffinityParameters, AffinityShape } from '../src/parameters';
import { oracle, OracleFrame } from './oracle';
import { randomFeatures, randomLabels, randomNumbers, toHalf } from './random';

export const PARAMETERS: AffinityParameters = {
  topK: 5,
  temperature: 0.1,
  neighbourhood: { shape: 'square', radius: 3, radiusInclusive: false },
  contextLength: 3,
  keepFirstFrame: true,
  restrictFirstFrame: true,
  fillQueueWithFirstFrame: false,
  firstFrameInQueue: false,
  normaliseLabels: false,
};

interface Case {
  shape: AffinityShape;
  parameters?: Partial<AffinityParameters>;
  seed?: number;
  target?: number;
  /** Below 1: features of all patches alike. */
  spread?: number;
  /** Every frame the same. */
  still?: boolean;
  /** Features given as fp16 bits. */
  half?: boolean;
  /** Features made by the test itself, by frame. */
  features?: (frame: number) => Float32Array;
}

const shapeOf = (rows: number, cols: number, dim: number, classes = 3): AffinityShape => ({
  grid: { rows, cols },
  dim,
  classes,
});

/** Features of the next frame: every row a little turned, by at most about 6 degrees. */
function jitter(random: () => number, features: Float32Array): Float32Array {
  const next = features.map((value) => value + 0.02 * (random() - 0.5));
  for (let at = 0; at < next.length; at += 70) {
    const row = next.subarray(at, at + 70);
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    row.forEach((value, d) => (row[d] = value / norm));
  }
  return next;
}

/**
 * What every backend must show: ordered lists and labels equal, bit for bit, to a brute-force oracle.
 * @param engines the backend under test: with one thread, with several, and every other way it has to work
 */
export function describeAffinityBackend(name: string, engines: AffinityEngine[]): void {
  describe(`affinity backend ${name}`, () => {
    afterAll(() => Promise.all(engines.map((engine) => engine.close())));

    async function expectExact(test: Case): Promise<void> {
      const { shape, seed = 1, target = 4, spread = 1, still = false, half = false } = test;
      const parameters = { ...PARAMETERS, ...test.parameters };
      const random = randomNumbers(seed);
      const patches = shape.grid.rows * shape.grid.cols;
      const given = new Map<number, Float32Array | Uint16Array>();
      const frames = new Map<number, OracleFrame>();
      for (let frame = 0; frame <= target; frame++) {
        const previous = still ? given.get(frame - 1) : undefined;
        const floats = test.features?.(frame) ?? randomFeatures(random, patches, shape.dim, spread);
        const features = previous ?? (half ? toHalf(floats) : floats);
        given.set(frame, features);
        frames.set(frame, { features: asFloat32(features), labels: randomLabels(random, patches, shape.classes) });
      }
      const entries = contextEntries(target, parameters);
      const truth = oracle(shape, parameters, entries, frames, frames.get(target)!.features);
      for (const engine of engines) {
        const session = engine.createSession(shape, parameters);
        for (const { frame } of entries) session.addContext(frame, given.get(frame)!, frames.get(frame)!.labels);
        const { labels, lists } = await session.propagate(target, given.get(target)!, { lists: true });
        session.close();
        expect(lists!.counts).toEqual(truth.lists.counts);
        expect(lists!.positions).toEqual(truth.lists.positions);
        expect(lists!.patches).toEqual(truth.lists.patches);
        expect(lists!.scores).toEqual(truth.lists.scores);
        expect(labels).toEqual(truth.labels);
      }
    }

    it.each(Array.from({ length: 22 }, (_, i) => i + 1))('is exact for a grid %i wide', async (cols) => {
      await expectExact({ shape: shapeOf(5, cols, 12), seed: cols });
    });

    it.each(Array.from({ length: 43 }, (_, i) => i + 23))('is exact for a grid %i wide, 2 rows high', async (cols) => {
      await expectExact({ shape: shapeOf(2, cols, 8), seed: cols });
    });

    it.each(Array.from({ length: 65 }, (_, i) => i + 1))('is exact for %i dimensions', async (dim) => {
      await expectExact({ shape: shapeOf(3, 5, dim), seed: dim });
    });

    it.each([96, 127, 192, 256, 384, 512, 768, 1000, 1024])(
      'is exact for %i dimensions, features alike',
      async (dim) => {
        await expectExact({ shape: shapeOf(6, 7, dim), seed: dim, spread: 0.05 });
      },
    );

    it.each([0, 0.5, 1, 2, 6, 40])('is exact for a square of radius %d', async (radius) => {
      const neighbourhood = { shape: 'square' as const, radius, radiusInclusive: false };
      await expectExact({ shape: shapeOf(7, 9, 16), parameters: { neighbourhood } });
    });

    it.each([
      [1, false],
      [0, true],
      [1, true],
      [3, false],
      [3, true],
      [5, false],
      [5, true],
      [40, false],
    ])('is exact for a disc of radius %d, inclusive %s', async (radius, radiusInclusive) => {
      const neighbourhood = { shape: 'disc' as const, radius, radiusInclusive };
      await expectExact({ shape: shapeOf(9, 11, 16), parameters: { neighbourhood } });
    });

    it.each(Array.from({ length: 32 }, (_, i) => i + 1))('is exact for k = %i', async (topK) => {
      await expectExact({ shape: shapeOf(4, 9, 10), parameters: { topK }, seed: topK });
    });

    it('keeps every candidate where there are fewer than k', async () => {
      const neighbourhood = { shape: 'disc' as const, radius: 1, radiusInclusive: false };
      await expectExact({ shape: shapeOf(3, 3, 8), parameters: { topK: 50, neighbourhood } });
      await expectExact({ shape: shapeOf(1, 1, 8), parameters: { topK: 7 } });
    });

    it('breaks the ties of a still video by the later frame, then the larger patch', async () => {
      const parameters = { contextLength: 20, topK: 7, firstFrameInQueue: true };
      await expectExact({ shape: shapeOf(5, 6, 16), parameters, still: true, target: 21 });
      const constant = new Float32Array(30 * 16).fill(0.25);
      await expectExact({ shape: shapeOf(5, 6, 16), parameters, features: () => constant, target: 21 });
    });

    it.each([1, 2, 7, 64])('is exact for %i classes', async (classes) => {
      await expectExact({ shape: shapeOf(4, 7, 24, classes) });
      await expectExact({ shape: shapeOf(4, 7, 24, classes), parameters: { normaliseLabels: true } });
    });

    it('lets every patch of an unrestricted first frame be a candidate', async () => {
      const neighbourhood = { shape: 'disc' as const, radius: 2, radiusInclusive: false };
      const parameters = { restrictFirstFrame: false, neighbourhood, topK: 10 };
      await expectExact({ shape: shapeOf(8, 13, 16), parameters, spread: 0.2 });
      await expectExact({
        shape: shapeOf(8, 13, 16),
        parameters: { ...parameters, fillQueueWithFirstFrame: true, contextLength: 6 },
        spread: 0.2,
      });
    });

    it('counts a frame as often as it stands in the context', async () => {
      await expectExact({ shape: shapeOf(5, 5, 16), parameters: { firstFrameInQueue: true, contextLength: 6 } });
      await expectExact({ shape: shapeOf(5, 5, 16), parameters: { fillQueueWithFirstFrame: true, contextLength: 9 } });
      await expectExact({ shape: shapeOf(5, 5, 16), parameters: { keepFirstFrame: false, contextLength: 2 } });
    });

    it.each([1e-6, 0.01, 0.07, 1, 1e6])('is exact for the temperature %d', async (temperature) => {
      await expectExact({ shape: shapeOf(4, 5, 16), parameters: { temperature, topK: 9 } });
    });

    it.each([5, 16, 64, 100])('reads fp16 features of %i dimensions', async (dim) => {
      await expectExact({ shape: shapeOf(5, 9, dim), half: true, spread: 0.3 });
    });

    it('is exact for features of one huge dimension, and of near duplicates', async () => {
      const random = randomNumbers(5);
      const huge = () => {
        const features = randomFeatures(random, 48, 64);
        for (let patch = 0; patch < 48; patch++) {
          const row = features.subarray(patch * 64, (patch + 1) * 64);
          row.forEach((value, d) => (row[d] = d === 3 ? 0.999 : value * 0.0447));
        }
        return features;
      };
      await expectExact({ shape: shapeOf(6, 8, 64), features: huge });
      const one = randomFeatures(random, 1, 64);
      const near = () => Float32Array.from({ length: 48 * 64 }, (_, i) => one[i % 64] * (1 + 1e-7 * random()));
      await expectExact({ shape: shapeOf(6, 8, 64), features: near });
    });

    it.each([
      ['that drops old frames', { contextLength: 2 }],
      ['with a queue full of the first frame', { fillQueueWithFirstFrame: true, restrictFirstFrame: false }],
      ['without the first frame', { keepFirstFrame: false, contextLength: 2 }],
    ])('labels a video by its own predictions as the oracle does, in a context %s', async (_, change) => {
      const parameters = { ...PARAMETERS, ...change };
      const shape = shapeOf(9, 10, 70);
      for (const engine of engines) {
        const random = randomNumbers(8);
        const still = randomFeatures(random, 90, 70, 0.3);
        const session = engine.createSession(shape, parameters);
        const frames = new Map<number, OracleFrame>();
        frames.set(0, { features: still, labels: randomLabels(random, 90, 3) });
        session.addContext(0, still, frames.get(0)!.labels);
        for (let target = 1; target < 9; target++) {
          // Small changes from frame to frame, and frames 3 and 4 the same.
          const features =
            target === 4 ? frames.get(3)!.features.slice() : jitter(random, frames.get(target - 1)!.features);
          const truth = oracle(shape, parameters, contextEntries(target, parameters), frames, features);
          const { labels, lists } = await session.propagate(target, features, { lists: true });
          expect(lists).toEqual(truth.lists);
          expect(labels).toEqual(truth.labels);
          // The array of the target itself, or a copy of it, may become context.
          session.addContext(target, target % 3 ? features : features.slice(), labels);
          frames.set(target, { features, labels });
        }
        session.close();
      }
    });

    it('refuses context that is missing or has been dropped', async () => {
      const random = randomNumbers(1);
      const session = engines[0].createSession(shapeOf(2, 2, 4), { ...PARAMETERS, contextLength: 1 });
      const features = () => randomFeatures(random, 4, 4);
      const labels = new Float32Array(12);
      session.addContext(0, features(), labels);
      await expect(session.propagate(2, features())).rejects.toThrow('Frame 2 needs frame 1 as context');
      session.addContext(1, features(), labels);
      await session.propagate(2, features());
      await expect(session.propagate(2, features())).rejects.toThrow('Expected an integer of at least 3 for target');
      session.close();
      await expect(session.propagate(3, features())).rejects.toThrow('closed');
    });

    it('refuses features that are not finite, zero or not normalised', async () => {
      const session = engines[0].createSession(shapeOf(2, 2, 4), PARAMETERS);
      const labels = new Float32Array(12);
      const spoilt = (value: number[]) => {
        const features = new Float32Array(16).fill(0.5);
        features.set(value, 8);
        return features;
      };
      const refusal = (message: string) => expect.objectContaining({ code: 'FEATURES_INVALID', message });
      const wrong: [number[], string][] = [
        [[NaN], 'has a value that is not a number'],
        [[Infinity], 'has an infinite value'],
        [[0, 0, 0, 0], 'is a zero vector'],
        [[1, 1, 1, 1], 'has norm 2.000, not 1'],
      ];
      for (const [values, message] of wrong) {
        const thrown = refusal(`The feature of patch 2 of frame 0 ${message}`);
        expect(() => session.addContext(0, spoilt(values), labels)).toThrow(thrown);
      }
      session.addContext(0, spoilt([]), labels);
      const thrown = refusal('The feature of patch 2 of frame 1 has a value that is not a number');
      await expect(session.propagate(1, spoilt([NaN]))).rejects.toEqual(thrown);
      const halves = toHalf(spoilt([]));
      halves[9] = 0x7c00;
      expect(() => session.addContext(1, halves, labels)).toThrow('patch 2 of frame 1 has an infinite value');
      session.close();
    });

    it('works on several sessions at once, each with its own context', async () => {
      const cases = [shapeOf(5, 19, 12), shapeOf(7, 6, 70), shapeOf(3, 33, 24, 9), shapeOf(9, 9, 5, 1)];
      const all = cases.map((shape, i) => expectExact({ shape, seed: 50 + i, target: 6 }));
      await Promise.all([...all, ...all.map((_, i) => expectExact({ shape: cases[i]!, seed: 60 + i }))]);
    });

    it('ends a propagation when its signal is aborted, and works on afterwards', async () => {
      const random = randomNumbers(2);
      const shape = shapeOf(40, 40, 64);
      const session = engines[1].createSession(shape, { ...PARAMETERS, contextLength: 4 });
      const features = randomFeatures(random, 1600, 64);
      for (let frame = 0; frame < 4; frame++) session.addContext(frame, features, new Float32Array(4800));
      const abort = new AbortController();
      const running = session.propagate(4, features, { signal: abort.signal });
      setImmediate(() => abort.abort(new Error('no longer wanted')));
      await expect(running).rejects.toThrow('no longer wanted');
      expect((await session.propagate(4, features)).labels).toHaveLength(4800);
      session.close();
    });
  });
}

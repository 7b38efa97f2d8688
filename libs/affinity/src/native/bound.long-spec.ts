import { PARAMETERS } from '../../testing/describe-affinity-backend';
import { randomFeatures, randomLabels, randomNumbers } from '../../testing/random';
import { backendStates, createEngine } from '../create-engine';
import { Backend, Path, PATHS, Propagation } from '../engine';

interface Size {
  rows: number;
  cols: number;
  dim: number;
}

/** The rotation before quantisation works on blocks of the largest power of two in dim: 128 and 1024. */
const SIZES: Size[] = [
  { rows: 9, cols: 21, dim: 384 },
  { rows: 5, cols: 13, dim: 1024 },
];

type Make = (random: () => number) => Float32Array;

/** Features made to break a bound: if it dropped one true candidate, lists would differ from the reference. */
function adversaries({ rows, cols, dim }: Size): [string, Make][] {
  const patches = rows * cols;
  const unit = (features: Float32Array): Float32Array => {
    for (let at = 0; at < features.length; at += dim) {
      const row = features.subarray(at, at + dim);
      const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
      row.forEach((value, d) => (row[d] = value / norm));
    }
    return features;
  };
  const noise = (random: () => number, spread?: number) => randomFeatures(random, patches, dim, spread);
  /** Patches of a few colours, the same ones in every frame, each a little different by `spread`. */
  const chequered = (random: () => number, colours: number, spread: number): Float32Array => {
    const palette = randomFeatures(randomNumbers(3), colours, dim);
    const features = new Float32Array(patches * dim);
    for (let patch = 0; patch < patches; patch++) {
      const from = Math.floor(random() * colours) * dim;
      for (let d = 0; d < dim; d++) features[patch * dim + d] = palette[from + d]! + spread * (random() - 0.5);
    }
    return spread ? unit(features) : features;
  };
  const oneHot = (random: () => number): Float32Array => {
    const features = new Float32Array(patches * dim);
    for (let patch = 0; patch < patches; patch++)
      features[patch * dim + Math.floor(random() * 8)] = random() < 0.5 ? -1 : 1;
    return features;
  };
  const onSteps = (random: () => number) =>
    unit(Float32Array.from({ length: patches * dim }, () => (Math.floor(random() * 9) - 4 + 0.5) / 127));
  return [
    ['noise', (random) => noise(random)],
    ['features that differ in the fifth decimal', (random) => noise(random, 1e-5)],
    ['a few huge dimensions', (random) => unit(noise(random).map((value, i) => (i % dim < 3 ? 5 + value : value)))],
    [
      'huge dimensions of either sign',
      (random) => unit(noise(random).map((value, i) => (i % 97 ? value : random() < 0.5 ? -3 : 3))),
    ],
    ['one non-zero dimension per row', oneHot],
    // A filter may judge pairs after a part of the dimensions: here that part knows next to nothing, or all.
    [
      'structure in the last third alone',
      (random) => unit(noise(random).map((v, i) => (i % dim < (2 * dim) / 3 ? 1e-3 : v))),
    ],
    [
      'structure in the first third alone',
      (random) => unit(noise(random).map((v, i) => (i % dim < dim / 3 ? v : 1e-3))),
    ],
    ['values on the borders of the quantisation steps', onSteps],
    ['features that differ by the rounding of fp32', (random) => unit(noise(random, 1e-7))],
    ['constant frames', () => new Float32Array(patches * dim).fill(1 / Math.sqrt(dim))],
    ['frames of two colours', (random) => chequered(random, 2, 0)],
    ['frames of eleven colours', (random) => chequered(random, 11, 0)],
    ['flat areas that are alike in the fourth decimal', (random) => chequered(random, 3, 1e-4)],
    ['flat areas that are alike in the seventh decimal', (random) => chequered(random, 3, 1e-7)],
  ];
}

async function label(backend: Backend, path: Path, { rows, cols, dim }: Size, make: Make): Promise<Propagation> {
  const random = randomNumbers(11);
  const engine = createEngine({ threads: 1, backend, path });
  const neighbourhood = { shape: 'disc' as const, radius: 6, radiusInclusive: false };
  const shape = { grid: { rows, cols }, dim, classes: 2 };
  const session = engine.createSession(shape, { ...PARAMETERS, topK: 7, neighbourhood });
  for (const frame of [0, 1, 2]) session.addContext(frame, make(random), randomLabels(random, rows * cols, 2));
  const result = await session.propagate(3, make(random), { lists: true });
  session.close();
  await engine.close();
  return result;
}

const usable = backendStates().filter(({ name, reason }) => name !== 'reference' && !reason);

describe('the bounds of the native filters', () => {
  if (usable.length === 0) {
    it.skip('are not tested because the native kernel has not been built', () => undefined);
    return;
  }
  const cases = usable.flatMap(({ name }) => PATHS.map((path) => ({ name, path })));
  const hunts = SIZES.flatMap((size) =>
    adversaries(size).map(([title, make]) => ({ title: `${title}, ${size.dim} dimensions`, size, make })),
  );
  describe.each(hunts)('for $title', ({ size, make }) => {
    let truth: Propagation;
    beforeAll(async () => {
      truth = await label('reference', 'auto', size, make);
    });
    it.each(cases)('drop no candidate: $name, path $path', async ({ name, path }) => {
      const { labels, lists } = await label(name, path, size, make);
      expect(lists!.scores).toEqual(truth.lists!.scores);
      expect(lists!.patches).toEqual(truth.lists!.patches);
      expect(lists!.positions).toEqual(truth.lists!.positions);
      expect(labels).toEqual(truth.labels);
    });
  });
});

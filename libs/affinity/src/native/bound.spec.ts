import { PARAMETERS } from '../../testing/describe-affinity-backend';
import { randomFeatures, randomLabels, randomNumbers } from '../../testing/random';
import { backendStates, createEngine } from '../create-engine';
import { Backend, Path, PATHS, Propagation } from '../engine';

const GRID = { rows: 9, cols: 21 };
const PATCHES = GRID.rows * GRID.cols;
const DIM = 384;

type Make = (random: () => number) => Float32Array;

const unit = (features: Float32Array): Float32Array => {
  for (let at = 0; at < features.length; at += DIM) {
    const row = features.subarray(at, at + DIM);
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    row.forEach((value, d) => (row[d] = value / norm));
  }
  return features;
};

/** Features made to break a bound: if it dropped one true candidate, lists would differ from the reference. */
const ADVERSARIES: [string, Make][] = [
  ['noise', (random) => randomFeatures(random, PATCHES, DIM)],
  ['features that differ in the fifth decimal', (random) => randomFeatures(random, PATCHES, DIM, 1e-5)],
  [
    'a few huge dimensions',
    (random) => unit(randomFeatures(random, PATCHES, DIM).map((value, i) => (i % DIM < 3 ? 5 + value : value))),
  ],
  [
    'huge dimensions of either sign',
    (random) =>
      unit(randomFeatures(random, PATCHES, DIM).map((value, i) => (i % 97 ? value : random() < 0.5 ? -3 : 3))),
  ],
  ['one non-zero dimension per row', (random) => oneHot(random)],
  [
    'values on the borders of the quantisation steps',
    (random) => unit(Float32Array.from({ length: PATCHES * DIM }, () => (Math.floor(random() * 9) - 4 + 0.5) / 127)),
  ],
  ['features that differ by the rounding of fp32', (random) => unit(randomFeatures(random, PATCHES, DIM, 1e-7))],
  ['constant frames', () => new Float32Array(PATCHES * DIM).fill(1 / Math.sqrt(DIM))],
  ['frames of two colours', (random) => chequered(random, 2, 0)],
  ['frames of eleven colours', (random) => chequered(random, 11, 0)],
  ['flat areas that are alike in the fourth decimal', (random) => chequered(random, 3, 1e-4)],
  ['flat areas that are alike in the seventh decimal', (random) => chequered(random, 3, 1e-7)],
];

/** Patches of a few colours, the same ones in every frame, each a little different by `spread`. */
function chequered(random: () => number, colours: number, spread: number): Float32Array {
  const palette = randomFeatures(randomNumbers(3), colours, DIM);
  const features = new Float32Array(PATCHES * DIM);
  for (let patch = 0; patch < PATCHES; patch++) {
    const from = Math.floor(random() * colours) * DIM;
    for (let d = 0; d < DIM; d++) features[patch * DIM + d] = palette[from + d] + spread * (random() - 0.5);
  }
  return spread ? unit(features) : features;
}

function oneHot(random: () => number): Float32Array {
  const features = new Float32Array(PATCHES * DIM);
  for (let patch = 0; patch < PATCHES; patch++)
    features[patch * DIM + Math.floor(random() * 8)] = random() < 0.5 ? -1 : 1;
  return features;
}

async function label(backend: Backend, path: Path, make: Make): Promise<Propagation> {
  const random = randomNumbers(11);
  const engine = createEngine({ threads: 1, backend, path });
  const neighbourhood = { shape: 'disc' as const, radius: 6, radiusInclusive: false };
  const session = engine.createSession({ grid: GRID, dim: DIM, classes: 2 }, { ...PARAMETERS, topK: 7, neighbourhood });
  for (const frame of [0, 1, 2]) session.addContext(frame, make(random), randomLabels(random, PATCHES, 2));
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
  describe.each(ADVERSARIES)('for %s', (_, make) => {
    let truth: Propagation;
    beforeAll(async () => {
      truth = await label('reference', 'auto', make);
    });
    it.each(cases)('drop no candidate: $name, path $path', async ({ name, path }) => {
      const { labels, lists } = await label(name, path, make);
      expect(lists!.scores).toEqual(truth.lists!.scores);
      expect(lists!.patches).toEqual(truth.lists!.patches);
      expect(lists!.positions).toEqual(truth.lists!.positions);
      expect(labels).toEqual(truth.labels);
    });
  });
});

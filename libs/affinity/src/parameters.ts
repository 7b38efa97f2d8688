import { expected } from './errors';

/** Which patches of a restricted context frame a query patch may look at; distances in patches of the grid. */
export interface Neighbourhood {
  /** square: |rows| <= radius and |columns| <= radius. disc: Euclidean distance below radius. */
  shape: 'square' | 'disc';
  /** Patches, >= 0; need not be an integer. */
  radius: number;
  /** disc only: distance <= radius instead of < radius. */
  radiusInclusive: boolean;
}

/** How labels go from the context frames to a target frame. */
export interface AffinityParameters {
  /** Candidates kept per query patch: exactly k, or all where fewer are in reach. */
  topK: number;
  /** Divides the similarities before the softmax over the k; > 0. */
  temperature: number;
  neighbourhood: Neighbourhood;
  /** Number of previous frames in the queue (m). */
  contextLength: number;
  /** Frame 0 is context for every target, in front of the queue. */
  keepFirstFrame: boolean;
  /** The kept frame 0 obeys the neighbourhood; false: every one of its patches is a candidate. Queued frames always obey it. */
  restrictFirstFrame: boolean;
  /** The queue starts with m copies of frame 0, each of which counts. */
  fillQueueWithFirstFrame: boolean;
  /** Frame 0 also takes its own place in the queue (counted twice while it is kept as well). */
  firstFrameInQueue: boolean;
  /** Scale every propagated row to sum 1. */
  normaliseLabels: boolean;
}

/** Rows and columns of patches; the patch with index i lies at row floor(i / cols), column i mod cols. */
export interface Grid {
  rows: number;
  cols: number;
}

/** Everything a session must know in advance about the frames it will get. */
export interface AffinityShape {
  grid: Grid;
  /** Channels per patch, 1..4096. */
  dim: number;
  /** Label classes per patch. */
  classes: number;
}

const isCount = (value: unknown, max: number) =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= max;

/** @throws AffinityInputError OPTION_OUT_OF_RANGE for the first value that cannot be used. */
export function checkParameters(parameters: AffinityParameters): void {
  const { neighbourhood, topK, temperature, contextLength } = parameters;
  if (!isCount(topK, 1024)) throw expected('an integer from 1 to 1024', 'topK', topK);
  if (!(Number.isFinite(temperature) && temperature > 0)) {
    throw expected('a finite number above 0', 'temperature', temperature);
  }
  if (!isCount(contextLength, 1024)) throw expected('an integer from 1 to 1024', 'contextLength', contextLength);
  if (neighbourhood.shape !== 'square' && neighbourhood.shape !== 'disc') {
    throw expected("'square' or 'disc'", 'neighbourhood.shape', neighbourhood.shape);
  }
  if (!(Number.isFinite(neighbourhood.radius) && neighbourhood.radius >= 0)) {
    throw expected('a finite number of at least 0', 'neighbourhood.radius', neighbourhood.radius);
  }
  if (neighbourhood.shape === 'disc' && neighbourhood.radius === 0 && !neighbourhood.radiusInclusive) {
    throw expected('a number above 0 (an exclusive disc of radius 0 is empty)', 'neighbourhood.radius', 0);
  }
}

/** @throws AffinityInputError OPTION_OUT_OF_RANGE for the first value that cannot be used. */
export function checkShape({ grid, dim, classes }: AffinityShape): void {
  if (!isCount(grid.rows, 4096)) throw expected('an integer from 1 to 4096', 'grid.rows', grid.rows);
  if (!isCount(grid.cols, 4096)) throw expected('an integer from 1 to 4096', 'grid.cols', grid.cols);
  if (!isCount(dim, 4096)) throw expected('an integer from 1 to 4096', 'dim', dim);
  if (!isCount(classes, 4096)) throw expected('an integer from 1 to 4096', 'classes', classes);
}

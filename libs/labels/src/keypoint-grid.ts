import { exponential } from '@propago/affinity';
import type { GridSize } from './label-grid';

/** A place on the patch grid, in patches from its left and upper edge: the centre of the first patch is 0.5, 0.5. */
export interface GridPlace {
  col: number;
  row: number;
}

/** A point as its soft labels show it. */
export interface FoundPoint extends GridPlace {
  /** How much of a Gaussian of full height lies at this place, 0..1. */
  confidence: number;
}

/** Standard deviation of the Gaussian of a point, patches. */
const SIGMA = 0.5;
/** So many patches, the best ones round the best of all, tell where a point is. */
const BEST = 5;
/** Patches on each side of the best one that belong to the point. */
const REACH = 2;
/** The correction ends when a step moves the point by less patches than this: after a few steps, at the border after many. */
const SETTLED = 1e-4;
const MOST_STEPS = 100;

/** The Gaussian of a point along one axis, at the centres of the cells `from` to `from + count - 1`. */
function gaussian(place: number, from: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    const distance = from + i + 0.5 - place;
    return exponential(-(distance * distance) / (2 * SIGMA * SIGMA));
  });
}

/**
 * Points as soft labels on the patch grid: each is a channel of its own, a Gaussian of height 1 at its place. There is no
 * background, and the channels do not compete.
 *
 * @param points null: the channel of this point stays empty
 * @returns patches x points, row-major
 */
export function keypointsToGrid(points: readonly (GridPlace | null)[], { rows, cols }: GridSize): Float32Array {
  const soft = new Float32Array(rows * cols * points.length);
  points.forEach((place, channel) => {
    if (!place) return;
    const across = gaussian(place.col, 0, cols);
    const down = gaussian(place.row, 0, rows);
    for (let row = 0, at = channel; row < rows; row++) {
      for (let col = 0; col < cols; col++, at += points.length) soft[at] = down[row]! * across[col]!;
    }
  });
  return soft;
}

/** A part of one channel: row-major values of the patches round its best one. */
interface Window {
  left: number;
  top: number;
  cols: number;
  rows: number;
  values: Float64Array;
}

/**
 * Where the points of soft labels are: the mean of the best patches, weighted by their labels, corrected by what this mean
 * is wrong by for a Gaussian of this place. Without the correction a point between the centres of the outermost patches
 * and the border would be found up to half a patch inside; with it, the way to the grid and back moves a point by at most
 * 0.03 patches, wherever it is in the picture.
 *
 * @param soft patches x points, row-major
 * @returns by point; null for a channel that is empty
 */
export function keypointsFromGrid(soft: Float32Array, points: number, grid: GridSize): (FoundPoint | null)[] {
  return Array.from({ length: points }, (_, channel) => {
    const window = windowOf(soft, points, channel, grid);
    if (!window) return null;
    const mean = meanOfBest(window);
    let place = mean;
    for (let step = 0; step < MOST_STEPS; step++) {
      const ideal = meanOfBest({ ...window, values: idealOf(place, window) });
      const before = place;
      place = {
        col: Math.min(grid.cols, Math.max(0, before.col + mean.col - ideal.col)),
        row: Math.min(grid.rows, Math.max(0, before.row + mean.row - ideal.row)),
      };
      if (Math.abs(place.col - before.col) + Math.abs(place.row - before.row) < SETTLED) break;
    }
    return { ...place, confidence: heightAt(place, window) };
  });
}

function windowOf(soft: Float32Array, points: number, channel: number, { rows, cols }: GridSize): Window | null {
  let best = channel;
  for (let at = channel; at < soft.length; at += points) if (soft[at]! > soft[best]!) best = at;
  if (!(soft[best]! > 0)) return null;
  const patch = (best - channel) / points;
  const [row, col] = [Math.floor(patch / cols), patch % cols];
  const [left, top] = [Math.max(0, col - REACH), Math.max(0, row - REACH)];
  const size = { cols: Math.min(cols - 1, col + REACH) - left + 1, rows: Math.min(rows - 1, row + REACH) - top + 1 };
  const values = Float64Array.from({ length: size.cols * size.rows }, (_, i) => {
    const [r, c] = [top + Math.floor(i / size.cols), left + (i % size.cols)];
    return soft[(r * cols + c) * points + channel]!;
  });
  return { left, top, ...size, values };
}

function meanOfBest({ left, top, cols, values }: Window): GridPlace {
  // Equal values in their order, so that the choice is the same on every machine.
  const best = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b).slice(0, BEST);
  let [sum, col, row] = [0, 0, 0];
  for (const i of best) {
    sum += values[i]!;
    col += values[i]! * (left + (i % cols) + 0.5);
    row += values[i]! * (top + Math.floor(i / cols) + 0.5);
  }
  return { col: col / sum, row: row / sum };
}

function idealOf({ col, row }: GridPlace, { left, top, cols, rows }: Window): Float64Array {
  const across = gaussian(col, left, cols);
  const down = gaussian(row, top, rows);
  return Float64Array.from({ length: cols * rows }, (_, i) => down[Math.floor(i / cols)]! * across[i % cols]!);
}

/** The height of the Gaussian at a place that fits the values best. */
function heightAt(place: GridPlace, window: Window): number {
  const ideal = idealOf(place, window);
  let [product, square] = [0, 0];
  ideal.forEach((value, i) => {
    product += value * window.values[i]!;
    square += value * value;
  });
  return Math.min(1, Math.max(0, product / square));
}

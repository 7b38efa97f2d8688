import { Random } from './random';

// Own names for the functions of inner loops: looked up through a global object of another realm they cost more than the work.
const { floor, min, max } = Math;

/** A square field of values in 0..1 that repeats in both directions; `size` is a power of two. */
export interface Field {
  size: number;
  values: Float32Array;
}

/**
 * Value noise in octaves: random values on a lattice, joined smoothly, each octave twice as fine and `fall` as strong.
 * @param cells lattice cells across the field in the coarsest octave, a power of two
 */
export function noiseField(random: Random, size: number, cells: number, octaves: number, fall = 0.5): Field {
  const values = new Float32Array(size * size);
  let weight = 1;
  for (let octave = 0; octave < octaves && cells <= size; octave++, cells *= 2, weight *= fall) {
    addOctave(values, size, cells, weight, random);
  }
  return { size, values: stretched(values) };
}

function addOctave(values: Float32Array, size: number, cells: number, weight: number, random: Random): void {
  const lattice = Float32Array.from({ length: cells * cells }, () => random.next());
  const step = size / cells;
  for (let y = 0; y < size; y++) {
    const row = floor(y / step);
    const upper = row * cells;
    const lower = ((row + 1) % cells) * cells;
    const fy = smooth(y / step - row);
    for (let x = 0; x < size; x++) {
      const left = floor(x / step);
      const right = (left + 1) % cells;
      const fx = smooth(x / step - left);
      const top = lattice[upper + left] + (lattice[upper + right] - lattice[upper + left]) * fx;
      const bottom = lattice[lower + left] + (lattice[lower + right] - lattice[lower + left]) * fx;
      values[y * size + x] += weight * (top + (bottom - top) * fy);
    }
  }
}

function stretched(values: Float32Array): Float32Array {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const range = high - low || 1;
  return values.map((value) => (value - low) / range);
}

/** 0..1 with level ends, so that lattice lines do not show. */
export function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

/** 0 below `low`, 1 above `high`, smooth between. */
export function smoothStep(low: number, high: number, value: number): number {
  return smooth(min(1, max(0, (value - low) / (high - low))));
}

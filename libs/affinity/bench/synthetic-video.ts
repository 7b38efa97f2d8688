import { Grid } from '../src/parameters';

/** Uniform in [0, 1). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

/** About normal: the sum of four uniform numbers, variance 1. */
const normal = (random: () => number) => (random() + random() + random() + random() - 2) * Math.sqrt(3);

/** A random field that is smooth over `scale` patches: values on a coarse lattice, smoothly interpolated. */
function smoothField(random: () => number, size: number, scale: number, deviations: Float64Array) {
  const side = Math.ceil(size / scale) + 2;
  const dim = deviations.length;
  const lattice = Float32Array.from({ length: side * side * dim }, (_, i) => normal(random) * deviations[i % dim]);
  const ease = (t: number) => t * t * (3 - 2 * t);
  return (y: number, x: number, weight: number, out: Float64Array) => {
    const row = Math.floor(y / scale);
    const col = Math.floor(x / scale);
    const fy = ease(y / scale - row);
    const fx = ease(x / scale - col);
    const at = (row * side + col) * dim;
    for (let d = 0; d < dim; d++) {
      const top = (1 - fx) * lattice[at + d] + fx * lattice[at + dim + d];
      const low = (1 - fx) * lattice[at + side * dim + d] + fx * lattice[at + (side + 1) * dim + d];
      out[d] += weight * ((1 - fy) * top + fy * low);
    }
  };
}

/**
 * Features like an encoder's: a common mean, structure at three scales, segments with sharp borders, channel variances that fall
 * as 1/i, motion of less than a patch per frame, noise per frame (0.4 of the signal).
 *
 * @returns frame t as patches x dim, rows L2-normalised
 */
export function syntheticVideo(grid: Grid, dim: number, seed = 7): (frame: number) => Float32Array {
  const random = randomNumbers(seed);
  const size = Math.max(grid.rows, grid.cols) + 40;
  const unit = grid.rows / 30;
  const harmonic = Array.from({ length: dim }, (_, i) => 1 / (i + 1)).reduce((a, b) => a + b);
  const deviations = Float64Array.from({ length: dim }, (_, i) => Math.sqrt(1 / (i + 1) / harmonic));
  const fields = [3, 8, 20].map((scale) => smoothField(random, size, scale * unit, deviations));
  const mean = Float64Array.from({ length: dim }, () => (0.6 * normal(random)) / Math.sqrt(dim));
  const centres = Array.from({ length: 14 }, () => ({
    y: random() * size,
    x: random() * size,
    value: deviations.map((deviation) => 0.7 * normal(random) * deviation),
  }));
  return (frame) => {
    const noise = randomNumbers(seed * 1000 + frame);
    const features = new Float32Array(grid.rows * grid.cols * dim);
    const row = new Float64Array(dim);
    for (let patch = 0; patch < grid.rows * grid.cols; patch++) {
      const y = 10 + Math.floor(patch / grid.cols) + 0.21 * unit * frame;
      const x = 10 + (patch % grid.cols) + 0.28 * unit * frame;
      row.set(mean);
      [0.55, 0.6, 0.5].forEach((weight, i) => fields[i](y, x, weight, row));
      const far = ({ y: cy, x: cx }: { y: number; x: number }) => (cy - y) ** 2 + (cx - x) ** 2;
      const segment = centres.reduce((a, b) => (far(b) < far(a) ? b : a));
      for (let d = 0; d < dim; d++) {
        row[d] += segment.value[d];
        row[d] += 0.4 * 0.7 * normal(noise) * (deviations[d] + 1 / Math.sqrt(dim));
      }
      const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
      for (let d = 0; d < dim; d++) features[patch * dim + d] = row[d] / norm;
    }
    return features;
  };
}

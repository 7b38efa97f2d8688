import { Features } from '../features';
import { halfTable } from '../half';

/** Lanes of the score's definition: dimension d is summed in lane d mod 8. */
export const LANES = 8;

/** Dimensions per lane, the last ones padded with zeros, which change no sum. */
export const laneLength = (dim: number) => Math.ceil(dim / LANES);

/** A zero array that worker threads share. */
export const sharedFloat64 = (length: number) => new Float64Array(new SharedArrayBuffer(length * 8));
export const sharedFloat32 = (length: number) => new Float32Array(new SharedArrayBuffer(length * 4));
export const sharedInt32 = (length: number) => new Int32Array(new SharedArrayBuffer(length * 4));

/**
 * Features as the reference kernel reads them: fp64, patches x 8 lanes x laneLength. A lane lies contiguous, so one lane of a
 * block of patches fits in registers at a time.
 */
export function layOut(features: Features, dim: number): Float64Array {
  const length = laneLength(dim);
  const patches = features.length / dim;
  const out = sharedFloat64(patches * LANES * length);
  const halves = features instanceof Uint16Array ? halfTable() : undefined;
  for (let patch = 0; patch < patches; patch++) {
    for (let d = 0; d < dim; d++) {
      const value = features[patch * dim + d];
      out[(patch * LANES + (d % LANES)) * length + Math.floor(d / LANES)] = halves ? halves[value] : value;
    }
  }
  return out;
}

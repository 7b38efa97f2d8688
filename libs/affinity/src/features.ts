import { AffinityInputError, expected } from './errors';
import { halfTable } from './half';
import { AffinityShape } from './parameters';

/** patches x dim, row-major, rows L2-normalised: fp32 values, or the bits of fp16 values. */
export type Features = Float32Array | Uint16Array;

/** A row's norm may differ from 1 by this much: fp16 rounding stays below 1e-3, a missing normalisation does not. */
export const NORM_TOLERANCE = 1e-2;

/** @throws AffinityInputError OPTION_OUT_OF_RANGE for a wrong type or length. */
export function checkFeatureArray(features: unknown, { grid, dim }: AffinityShape): asserts features is Features {
  const length = grid.rows * grid.cols * dim;
  const isFeatures = features instanceof Float32Array || features instanceof Uint16Array;
  if (!isFeatures || features.length !== length) {
    throw expected(`a Float32Array or Uint16Array of ${length} elements`, 'features', features);
  }
}

/**
 * Refuses features the kernel cannot use, with the patch that is wrong.
 * @throws AffinityInputError FEATURES_INVALID for NaN, infinities, zero vectors and rows that are not L2-normalised.
 */
export function checkFeatureValues(features: Features, dim: number, frame: number): void {
  const halves = features instanceof Uint16Array ? halfTable() : undefined;
  const patches = features.length / dim;
  for (let patch = 0; patch < patches; patch++) {
    let squares = 0;
    for (let i = patch * dim; i < (patch + 1) * dim; i++) {
      const value = halves ? halves[features[i]] : features[i];
      squares += value * value;
    }
    if (!(Math.abs(Math.sqrt(squares) - 1) <= NORM_TOLERANCE)) throw invalidRow(frame, patch, squares);
  }
}

/** The refusal of one row by its sum of squares; native backends check rows while packing and report through this. */
export function invalidRow(frame: number, patch: number, squares: number): AffinityInputError {
  const what = Number.isNaN(squares)
    ? 'has a value that is not a number'
    : squares === Infinity
      ? 'has an infinite value'
      : squares === 0
        ? 'is a zero vector'
        : `has norm ${Math.sqrt(squares).toPrecision(4)}, not 1`;
  return new AffinityInputError('FEATURES_INVALID', `The feature of patch ${patch} of frame ${frame} ${what}`);
}

/** @throws AffinityInputError OPTION_OUT_OF_RANGE for a wrong type, length, or values that are not finite. */
export function checkLabels(labels: unknown, { grid, classes }: AffinityShape): asserts labels is Float32Array {
  const length = grid.rows * grid.cols * classes;
  if (!(labels instanceof Float32Array) || labels.length !== length) {
    throw expected(`a Float32Array of ${length} elements`, 'labels', labels);
  }
  const wrong = labels.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw expected('a finite number', `labels[${wrong}]`, labels[wrong]);
}

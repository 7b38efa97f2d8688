import { CodedError } from '@propago/contracts';
import { toHalf } from './half-float';

/** What `featureRows` needs to know about one batch of raw encoder output. */
export interface RawFeatures {
  /** tokens: batch x patches x dim; map: batch x dim x patches (rows x cols, row-major) */
  values: Float32Array;
  layout: 'tokens' | 'map';
  /** Frames to take from the front of the batch. */
  count: number;
  patches: number;
  dim: number;
  /** The encoder already gives unit rows: they are checked, not divided again. */
  l2Normalised: boolean;
  /** Index of the first frame, for messages. */
  firstFrame: number;
}

/**
 * Raw encoder output as L2-normalised rows, written to `target` from row `firstRow` on. The norm is summed in float64 in
 * channel order and each quotient is rounded once, so the result depends on nothing but the input.
 * @param target frames x patches x dim; a Uint16Array receives binary16
 * @throws CodedError FEATURES_INVALID naming the frame and the patch of the first NaN, infinite or zero row
 */
export function writeFeatureRows(raw: RawFeatures, target: Float32Array | Uint16Array, firstRow: number): void {
  const { values, count, patches, dim } = raw;
  const half = target instanceof Uint16Array;
  const frameSize = patches * dim;
  const channelStep = raw.layout === 'map' ? patches : 1;
  const patchStep = raw.layout === 'map' ? 1 : dim;
  for (let frame = 0; frame < count; frame++) {
    for (let patch = 0; patch < patches; patch++) {
      const source = frame * frameSize + patch * patchStep;
      let sum = 0;
      for (let c = 0, at = source; c < dim; c++, at += channelStep) sum += values[at] * values[at];
      if (!(sum > 0 && sum < Infinity)) {
        throw invalidRow(raw, frame, patch, sum === 0 ? 'is all zero' : 'has a NaN or infinite value');
      }
      if (raw.l2Normalised && Math.abs(sum - 1) > 0.01) {
        throw invalidRow(raw, frame, patch, `has length ${Math.sqrt(sum).toFixed(4)}, but the card says l2Normalised`);
      }
      const norm = raw.l2Normalised ? 1 : Math.sqrt(sum);
      let to = (firstRow + frame * patches + patch) * dim;
      for (let c = 0, at = source; c < dim; c++, at += channelStep) {
        target[to++] = half ? toHalf(values[at] / norm) : values[at] / norm;
      }
    }
  }
}

function invalidRow(raw: RawFeatures, frame: number, patch: number, what: string): CodedError {
  return new CodedError(
    'FEATURES_INVALID',
    `Frame ${raw.firstFrame + frame}, patch ${patch}: the feature row ${what}.`,
  );
}

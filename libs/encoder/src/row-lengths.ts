import { CodedError } from '@propago/contracts';

/** Which rows the lengths of a batch belong to. */
export interface RowsOfBatch {
  /** Frames to look at, from the front of the batch. */
  count: number;
  patches: number;
  /** The encoder gives unit rows by itself. */
  l2Normalised: boolean;
  /** Index of the first frame, for messages. */
  firstFrame: number;
}

/** How far the squared length of a row may be from 1 where the card says that rows are normalised. */
const TOLERANCE = 0.01;

/**
 * @param lengths batch x patches: of the rows as the encoder gave them
 * @throws CodedError FEATURES_INVALID naming the frame and the patch of the first row without a direction, or of another
 * length than the card says
 */
export function checkLengths(lengths: Float32Array, { count, patches, l2Normalised, firstFrame }: RowsOfBatch): void {
  for (let row = 0; row < count * patches; row++) {
    const why = fault(lengths[row], l2Normalised);
    if (why === undefined) continue;
    const frame = firstFrame + Math.floor(row / patches);
    throw new CodedError('FEATURES_INVALID', `Frame ${frame}, patch ${row % patches}: the feature row ${why}.`);
  }
}

function fault(length: number, l2Normalised: boolean): string | undefined {
  if (length === 0) return 'is all zero';
  if (!(length < Infinity)) return 'has a NaN or infinite value';
  if (!l2Normalised || Math.abs(length * length - 1) <= TOLERANCE) return undefined;
  return `has length ${length.toFixed(4)}, but the card says l2Normalised`;
}

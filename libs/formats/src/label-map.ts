import { paintRle } from '@propago/labels';
import type { ExportedFrame, ExportedRun } from './format';

/** Object ids of one frame, height x width, row-major. Masks of a run do not overlap. */
export function labelMapOf({ width, height }: ExportedRun, { objects }: ExportedFrame): Uint8Array {
  const labels = new Uint8Array(width * height);
  for (const { id, rle } of objects) paintRle(rle, labels, id);
  return labels;
}

import type { LabelFrame } from '@propago/evaluation';

/** Left and upper edge, and those behind the last pixel. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];

/**
 * The box round object 1, as `box_of` of integrations/label-studio makes it; null where the object is not.
 * @param threshold rows and columns with less than this share of the fullest do not count
 */
export function boxOf({ labels, width, height }: LabelFrame, threshold = 0): Box | null {
  const [columns, rows] = [new Float64Array(width), new Float64Array(height)];
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 1) continue;
    columns[i % width]!++;
    rows[Math.floor(i / width)]!++;
  }
  const enough = (counts: Float64Array) => {
    const least = Math.max(1, threshold * Math.max(...counts));
    return [counts.findIndex((count) => count >= least), counts.findLastIndex((count) => count >= least) + 1] as const;
  };
  const [[left, right], [top, bottom]] = [enough(columns), enough(rows)];
  return left < 0 ? null : [left, top, right, bottom];
}

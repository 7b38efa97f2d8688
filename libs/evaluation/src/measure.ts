/** A measure over the frames of a sequence. */
export interface Measure {
  mean: number;
  /** Share of frames above 0.5. */
  recall: number;
  /** Mean of the first quarter minus mean of the last: how much is lost over time. */
  decay: number;
  /** One value per scored frame, in frame order. */
  perFrame: number[];
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Statistics of one measure; NaN without frames.
 * Quarters as in davis2017-evaluation: borders round(linspace(1, n, 5)) with both ends inside. That code keeps the
 * borders in 8 bits, so from 257 scored frames on its decay is of other frames; here it is of the stated ones.
 */
export function measureOf(perFrame: number[]): Measure {
  const border = (i: number): number => Math.round(1 + (i * (perFrame.length - 1)) / 4 + 1e-10) - 1;
  return {
    mean: mean(perFrame),
    recall: mean(perFrame.map((value) => (value > 0.5 ? 1 : 0))),
    decay: mean(perFrame.slice(border(0), border(1) + 1)) - mean(perFrame.slice(border(3), border(4) + 1)),
    perFrame,
  };
}

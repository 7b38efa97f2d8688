/**
 * Time between the frames of a decoded video. A frame that is earlier than the one before it counts for nothing: there, two
 * recordings were joined.
 */
export interface FrameSteps {
  /** Frames that come after the one before them. */
  count: number;
  /** Time that they do so, all together, in ticks. */
  ticks: number;
}

// Containers round time stamps to ticks, Matroska to milliseconds: so far they may be from the rate of the headers.
const SAME_RATE = 0.01;

/**
 * Average frames per second of a decoded video. The headers of a video of variable rate often state the rate at which its
 * frames were taken at most, so its time stamps decide; where both agree, the headers have the exact value.
 * @returns null where neither tells
 */
export function averageFrameRate(
  { frameRate, timeBase }: { frameRate: number | null; timeBase: { num: number; den: number } },
  steps: FrameSteps | null,
): number | null {
  if (!steps || steps.count === 0) return frameRate;
  const measured = (steps.count * timeBase.den) / (steps.ticks * timeBase.num);
  const agrees = frameRate !== null && Math.abs(measured - frameRate) <= SAME_RATE * frameRate;
  return agrees ? frameRate : measured;
}

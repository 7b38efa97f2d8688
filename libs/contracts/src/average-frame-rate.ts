/** Time stamps of a decoded video, in ticks. */
export interface FrameSpan {
  frames: number;
  firstPts: number;
  lastPts: number;
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
  span: FrameSpan | null,
): number | null {
  const seconds = span ? ((span.lastPts - span.firstPts) * timeBase.num) / timeBase.den : 0;
  if (!span || span.frames < 2 || seconds <= 0) return frameRate;
  const measured = (span.frames - 1) / seconds;
  const agrees = frameRate !== null && Math.abs(measured - frameRate) <= SAME_RATE * frameRate;
  return agrees ? frameRate : measured;
}

import type { Run } from '../api/client';

type Judged = Pick<Run, 'preset' | 'revision' | 'encoder' | 'video' | 'timings'>;

/** What a run will probably take. */
export interface Estimate {
  seconds: number;
  /** How many runs that is judged by. */
  runs: number;
}

/** Shorter ones tell of the time that starting takes. */
const LEAST_FRAMES = 16;
const MOST_RUNS = 15;

/**
 * The median of what runs of the preset have taken for a frame, and with the encoder where there are such; a run that
 * was corrected tells nothing of a first one.
 *
 * @param encoder as a run names it; undefined: any
 * @param runs newest first
 */
export function estimateOf(
  frames: number,
  { preset, encoder }: { preset: string; encoder: string | undefined },
  runs: readonly Judged[],
): Estimate | undefined {
  const usable = runs.filter(
    (run) =>
      run.preset === preset && run.revision === 1 && (run.video.frames ?? 0) >= LEAST_FRAMES && run.timings.seconds,
  );
  const same = usable.filter((run) => encoder === `${run.encoder.name}:${run.encoder.version}`);
  const judged = (same.length > 0 ? same : usable).slice(0, MOST_RUNS);
  if (judged.length === 0) return undefined;
  const perFrame = judged.map(({ video, timings }) => timings.seconds! / video.frames!).sort((a, b) => a - b);
  return { seconds: frames * perFrame[perFrame.length >> 1]!, runs: judged.length };
}

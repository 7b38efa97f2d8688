import { useEffect, useRef, useState } from 'react';
import { Problem } from '../api/problem';
import { frameRange, type ShadowRun } from '../labels/frame-table';
import { differencesOf, largest, type Difference } from './differences';

const AT_ONCE = 50;
const SHOWN = 6;
/** Frames that are shown lie at least this share of the video apart. */
const SPREAD = 16;

/**
 * Looks through two runs of a video for the frames on which they differ most, when it is told to.
 * @param other the same object for the same run
 */
export function useDifferences(
  one: string,
  other: string | ShadowRun,
  { frames, ...size }: { frames: number; width: number; height: number },
  objects: readonly number[],
) {
  const [done, setDone] = useState<number>();
  const [found, setFound] = useState<readonly Difference[]>();
  const [problem, setProblem] = useState<Problem>();
  const controller = useRef<AbortController>(null);
  useEffect(() => {
    setFound(undefined);
    setDone(undefined);
    return () => controller.current?.abort();
  }, [one, other]);

  const look = async () => {
    controller.current?.abort();
    const { signal } = (controller.current = new AbortController());
    const differences: Difference[] = [];
    setProblem(undefined);
    try {
      for (let first = 0; first < frames; first += AT_ONCE) {
        setDone(first / frames);
        const [a, b] = await Promise.all([one, other].map((run) => frameRange(run, first, AT_ONCE, signal)));
        differences.push(...differencesOf(a!, b!, size, objects));
        if (signal.aborted) return;
        setFound(largest(differences, SHOWN, Math.ceil(frames / SPREAD)));
      }
    } catch (error) {
      if (!signal.aborted) setProblem(Problem.unreachable(error));
    }
    setDone(undefined);
  };
  return { look: () => void look(), done, found, problem };
}

import type { Timeline } from '../api/client';
import { isSeen, type Stretch } from './timeline-view';

/** A stretch of a row where an object is, from one pixel to before another. */
export interface Band {
  left: number;
  right: number;
  /** The lowest of its frames, so that a doubtful one is seen however long the video is. */
  confidence: number;
  /** Whether its masks are those of the present prompts. */
  isCurrent: boolean;
}

/**
 * Where an object is, a band for each frame; frames that share a pixel share a band.
 *
 * @param atFrame the pixel at which a frame begins
 * @param view the frames that are seen; others have no bands
 * @param isChanging whether the mask of a frame is made anew, if it is of an earlier revision than the run
 */
export function bandsOf(
  timeline: Timeline | undefined,
  object: number,
  {
    atFrame,
    view,
    revision,
    isChanging,
  }: {
    atFrame: (frame: number) => number;
    view: Stretch;
    revision: number;
    isChanging: (frame: number) => boolean;
  },
): Band[] {
  const of = timeline?.objects.find((one) => one.id === object);
  if (!timeline || !of) return [];
  const bands: Band[] = [];
  timeline.frames.forEach((frame, k) => {
    if (of.areas[k] === 0 || !isSeen(view, frame)) return;
    const left = atFrame(frame);
    const right = Math.max(atFrame(frame + 1), left + 1);
    const confidence = of.confidences[k] ?? 1;
    const isCurrent = timeline.revisions[k]! >= revision || !isChanging(frame);
    const last = bands.at(-1);
    if (last?.left === left) {
      last.right = Math.max(last.right, right);
      last.confidence = Math.min(last.confidence, confidence);
      last.isCurrent &&= isCurrent;
    } else bands.push({ left, right, confidence, isCurrent });
  });
  return bands;
}

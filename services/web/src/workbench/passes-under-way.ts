import type { Run } from '../api/client';

/** How far the unfinished passes of an object have come, as frames from the left. */
export function passesUnderWay(passes: Run['passes'], object: number, frames: number): { from: number; to: number }[] {
  return passes
    .filter(({ objects, segments: { done, total } }) => objects.includes(object) && done > 0 && done !== total)
    .map(({ direction, fromFrame, toFrame, segments: { done, total } }) => {
      const end = toFrame ?? (direction === 'forward' ? frames - 1 : 0);
      const length = Math.abs(end - fromFrame) + 1;
      const come = Math.round(length * (total === null ? 0 : done / total));
      return direction === 'forward'
        ? { from: fromFrame, to: fromFrame + come }
        : { from: fromFrame + 1 - come, to: fromFrame + 1 };
    });
}

/** Whether the mask of an object on a frame is made anew: a pass that reaches it is not done. @param object any where absent */
export function isChanging(passes: Run['passes'], frame: number, object?: number): boolean {
  return passes.some(({ objects, direction, fromFrame, toFrame, segments: { done, total } }) => {
    if (done === total || (object !== undefined && !objects.includes(object))) return false;
    const end = toFrame ?? (direction === 'forward' ? Infinity : 0);
    return frame >= Math.min(fromFrame, end) && frame <= Math.max(fromFrame, end);
  });
}

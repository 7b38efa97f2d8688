import { CodedError, type SaidPoint } from '@propago/contracts';
import type { GivenPoint } from './keypoint-file';

/**
 * Everything that a prompt says about one object, in the order of its points. A point outside the picture cannot be seen,
 * so it is hidden; one that nothing is said about stays as it is known, or is absent.
 *
 * @param names of the object's points
 * @param frames size of the video's frames, px
 * @param known what stands for points that are left out
 * @throws CodedError KEYPOINT_UNKNOWN, KEYPOINT_DUPLICATE, KEYPOINTS_INCOMPLETE, KEYPOINTS_INVALID
 */
export function completePoints(
  names: readonly string[],
  given: readonly GivenPoint[],
  frames: { width: number; height: number },
  known: readonly SaidPoint[] = [],
): SaidPoint[] {
  const byName = new Map<string, GivenPoint>();
  for (const point of given) {
    if (!names.includes(point.name)) {
      throw new CodedError('KEYPOINT_UNKNOWN', `The points are ${names.join(', ')}, and not ${point.name}.`);
    }
    if (byName.has(point.name)) throw new CodedError('KEYPOINT_DUPLICATE', `The point ${point.name} is there twice.`);
    byName.set(point.name, point);
  }
  return names.map((name) => {
    const said = byName.get(name);
    if (said) return completed(said, frames);
    return known.find((point) => point.name === name) ?? { name, x: null, y: null, visibility: 'absent' };
  });
}

function completed(
  { name, x, y, visibility = 'visible' }: GivenPoint,
  { width, height }: { width: number; height: number },
): SaidPoint {
  if (visibility === 'absent') return { name, x: null, y: null, visibility };
  if (x === undefined || y === undefined) {
    throw new CodedError('KEYPOINTS_INCOMPLETE', `The point ${name} has no x and y, and is not said to be absent.`);
  }
  if (!Number.isFinite(x) || !Number.isFinite(y)) {
    throw new CodedError('KEYPOINTS_INVALID', `The point ${name} is at ${x}, ${y}, which is no place.`);
  }
  const isInside = x >= 0 && y >= 0 && x <= width && y <= height;
  return { name, x, y, visibility: isInside ? visibility : 'hidden' };
}

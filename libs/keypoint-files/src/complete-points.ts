import { CodedError, type SaidPoint } from '@propago/contracts';
import type { GivenPoint } from './keypoint-file';

/**
 * Everything that a prompt says about one object, in the order of its points. A point outside the picture cannot be seen,
 * so it is hidden.
 *
 * @param names of the object's points
 * @param frames size of the video's frames, px
 * @throws CodedError KEYPOINT_UNKNOWN, KEYPOINT_DUPLICATE, KEYPOINTS_INCOMPLETE, KEYPOINTS_INVALID
 */
export function completePoints(
  names: readonly string[],
  given: readonly GivenPoint[],
  frames: { width: number; height: number },
): SaidPoint[] {
  const byName = new Map<string, GivenPoint>();
  for (const point of given) {
    if (!names.includes(point.name)) {
      throw new CodedError('KEYPOINT_UNKNOWN', `The points are ${names.join(', ')}, and not ${point.name}.`);
    }
    if (byName.has(point.name)) throw new CodedError('KEYPOINT_DUPLICATE', `The point ${point.name} is there twice.`);
    byName.set(point.name, point);
  }
  const missing = names.filter((name) => !byName.has(name));
  if (missing.length > 0) {
    throw new CodedError(
      'KEYPOINTS_INCOMPLETE',
      `Nothing is said about ${missing.join(', ')}; a point that is not there has the visibility absent.`,
    );
  }
  return names.map((name) => completed(byName.get(name)!, frames));
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

import { CodedError, type KeypointShape } from '@propago/contracts';

/**
 * What objects with key points may be: each point has a name of its own, and lines join points that there are.
 *
 * @param most points of all of them together
 * @throws CodedError KEYPOINTS_EMPTY, KEYPOINT_DUPLICATE, KEYPOINT_UNKNOWN, KEYPOINTS_TOO_MANY
 */
export function assertShapes(shapes: readonly KeypointShape[], most: number): void {
  for (const { points, skeleton } of shapes) {
    if (points.length === 0) throw new CodedError('KEYPOINTS_EMPTY', 'An object with key points has at least one.');
    const twice = points.find((name, i) => points.indexOf(name) !== i);
    if (twice !== undefined) throw new CodedError('KEYPOINT_DUPLICATE', `The object has two points called ${twice}.`);
    const loose = skeleton.flat().find((name) => !points.includes(name));
    if (loose !== undefined) {
      throw new CodedError(
        'KEYPOINT_UNKNOWN',
        `The skeleton joins a point ${loose}, and the points are ${points.join(', ')}.`,
      );
    }
  }
  const all = shapes.reduce((sum, { points }) => sum + points.length, 0);
  if (all > most) {
    throw new CodedError('KEYPOINTS_TOO_MANY', `The run would have ${all} key points; at most ${most} are accepted.`);
  }
}

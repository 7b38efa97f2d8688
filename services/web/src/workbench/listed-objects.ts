import type { RunObject, Timeline } from '../api/client';
import type { TrackedObject } from '../labels/keypoints';
import type { ListedObject } from '../paint/listed-object';

/**
 * The objects of a run, each with what is known of it on a frame.
 *
 * @param place of the frame among those of the timeline; -1: nothing is known of it
 */
export function listedObjects(
  objects: readonly Pick<RunObject, 'id' | 'name'>[],
  timeline: Pick<Timeline, 'objects'> | undefined,
  place: number,
  keypoints: readonly TrackedObject[],
): ListedObject[] {
  return objects.map(({ id, name }) => {
    if (place < 0) return { id, name, note: '' };
    const points = keypoints.find((one) => one.id === id)?.points;
    const seen = points?.filter(({ state }) => state === 'visible').length;
    if (points) return { id, name, note: `${seen} of ${points.length}` };
    const of = timeline?.objects.find((one) => one.id === id);
    const isHere = (of?.areas[place] ?? 0) > 0;
    return { id, name, note: isHere ? (of?.confidences[place]?.toFixed(2) ?? '') : 'not here' };
  });
}

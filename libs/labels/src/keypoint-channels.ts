/** Where the points of some objects stand among the channels of their soft labels. */
export interface KeypointChannels {
  /** Of all objects together. */
  count: number;
  /** Channel of the first point of each object, by its id; the others follow in the order of its points. */
  first: ReadonlyMap<number, number>;
}

/**
 * The channels of a pass of key points: object by object in the order of their ids, point by point.
 *
 * @param ids of the objects of the pass, ascending
 * @param objects of the run
 */
export function channelsOf(
  ids: readonly number[],
  objects: readonly { id: number; points: readonly string[] }[],
): KeypointChannels {
  const first = new Map<number, number>();
  let count = 0;
  for (const id of ids) {
    first.set(id, count);
    count += objects.find((object) => object.id === id)?.points.length ?? 0;
  }
  return { count, first };
}

/** The channels of one object: patches x its points. */
export function channelsOfObject(
  soft: Float32Array,
  all: number,
  { first, points }: { first: number; points: number },
): Float32Array {
  const patches = soft.length / all;
  const own = new Float32Array(patches * points);
  for (let patch = 0; patch < patches; patch++) {
    own.set(soft.subarray(patch * all + first, patch * all + first + points), patch * points);
  }
  return own;
}

import type { TrackedObject } from '../labels/keypoints';
import type { Point } from '../paint/label-map';

/** A key point as a person says it, or as it was tracked: a lost one counts as not said. */
export type PlacedPoint = TrackedObject['points'][number];
export type Visibility = 'visible' | 'hidden' | 'absent';

/** All points of an object, none of which is said yet. */
export const unplaced = (names: readonly string[]): PlacedPoint[] =>
  names.map((name) => ({ name, x: null, y: null, confidence: 1, state: 'absent' }));

const isPlaced = ({ x, y }: PlacedPoint): boolean => x !== null && y !== null;

/** The placed point nearest to a place, if it is within reach. @param reach px of the picture */
export function pointAt(points: readonly PlacedPoint[], [x, y]: Point, reach: number): string | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const point of points.filter(isPlaced)) {
    const distance = Math.hypot(point.x! - x, point.y! - y);
    if (distance <= reach && distance < (best?.distance ?? Infinity)) best = { name: point.name, distance };
  }
  return best?.name;
}

/** The point that a click into the open places: the chosen one, if it has no place, else the first one without. */
export function nextToPlace(points: readonly PlacedPoint[], chosen: string | undefined): string | undefined {
  const without = points.filter((point) => !isPlaced(point));
  return (without.find(({ name }) => name === chosen) ?? without[0])?.name;
}

/** A point that is put somewhere is seen there, unless it was said to be hidden. */
export function moved(points: readonly PlacedPoint[], name: string, [x, y]: Point): PlacedPoint[] {
  return points.map((point) =>
    point.name === name
      ? { ...point, x, y, confidence: 1, state: point.state === 'hidden' ? 'hidden' : 'visible' }
      : point,
  );
}

/** A point that is not there has no place. */
export function withVisibility(points: readonly PlacedPoint[], name: string, visibility: Visibility): PlacedPoint[] {
  return points.map((point) => {
    if (point.name !== name) return point;
    if (visibility === 'absent') return { ...point, x: null, y: null, confidence: 1, state: 'absent' };
    return isPlaced(point) ? { ...point, confidence: 1, state: visibility } : point;
  });
}

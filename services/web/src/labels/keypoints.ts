import type { Frame } from '../api/client';

/** The key points of one object on one frame; x and y in pixels of the video, the centre of the first one is 0.5. */
export type TrackedObject = Frame['keypoints'][number];
/** What is known of key points, with what a person has said since in its place. */
export function withSaid(
  tracked: readonly TrackedObject[],
  said: readonly TrackedObject[] | undefined,
): readonly TrackedObject[] {
  if (!said) return tracked;
  const ids = new Set(said.map(({ id }) => id));
  return [...tracked.filter(({ id }) => !ids.has(id)), ...said];
}

type TrackedPoint = TrackedObject['points'][number];
/** Pairs of key points that are joined by a line, by the id of their object. */
export type Skeletons = ReadonlyMap<number, readonly (readonly string[])[]>;

interface Place {
  x: number;
  y: number;
}

const isPlaced = (point: TrackedPoint): point is TrackedPoint & Place =>
  point.x !== null && point.y !== null && point.state !== 'absent';

/** What of an object can be drawn: dots, full where the point is seen, and lines between two that have a place. */
export function drawnPoints(
  { points }: TrackedObject,
  skeleton: readonly (readonly string[])[] = [],
): { dots: (Place & { isSeen: boolean })[]; lines: { from: Place; to: Place; isSeen: boolean }[] } {
  const placed = new Map(points.filter(isPlaced).map((point) => [point.name, point]));
  const isSeen = ({ state }: TrackedPoint) => state === 'visible';
  return {
    dots: [...placed.values()].map((point) => ({ x: point.x, y: point.y, isSeen: isSeen(point) })),
    lines: skeleton.flatMap(([a, b]) => {
      const [from, to] = [placed.get(a ?? ''), placed.get(b ?? '')];
      return from && to ? [{ from, to, isSeen: isSeen(from) && isSeen(to) }] : [];
    }),
  };
}

import type { Frame } from '../api/client';
import type { Colours } from './palette';

/** The key points of one object on one frame; x and y in pixels of the video, the centre of the first one is 0.5. */
export type TrackedObject = Frame['keypoints'][number];
type TrackedPoint = TrackedObject['points'][number];
/** Pairs of key points that are joined by a line, by the id of their object. */
export type Skeletons = ReadonlyMap<number, readonly (readonly string[])[]>;

interface Place {
  x: number;
  y: number;
}

const RADIUS = 4;
const LINE = 2;

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

/** @param unit pixels of the picture that are one pixel of the screen */
export function drawKeypoints(
  context: CanvasRenderingContext2D,
  objects: readonly TrackedObject[],
  { colours, skeletons, hidden }: { colours: Colours; skeletons: Skeletons; hidden: ReadonlySet<number> },
  unit: number,
): void {
  for (const object of objects) {
    if (hidden.has(object.id)) continue;
    const [r, g, b] = colours[object.id]!;
    const { dots, lines } = drawnPoints(object, skeletons.get(object.id));
    for (const { from, to, isSeen } of lines) {
      context.setLineDash(isSeen ? [] : [4 * unit, 3 * unit]);
      for (const [width, style] of [
        [LINE + 2, 'rgb(0 0 0 / 45%)'],
        [LINE, `rgb(${r} ${g} ${b})`],
      ] as const) {
        context.beginPath();
        context.moveTo(from.x, from.y);
        context.lineTo(to.x, to.y);
        context.lineWidth = width * unit;
        context.strokeStyle = style;
        context.stroke();
      }
    }
    context.setLineDash([]);
    for (const { x, y, isSeen } of dots) {
      context.beginPath();
      context.arc(x, y, RADIUS * unit, 0, 2 * Math.PI);
      context.fillStyle = isSeen ? `rgb(${r} ${g} ${b})` : 'rgb(0 0 0 / 45%)';
      context.fill();
      context.lineWidth = 1.5 * unit;
      context.strokeStyle = isSeen ? 'rgb(0 0 0 / 70%)' : `rgb(${r} ${g} ${b})`;
      context.stroke();
    }
  }
}

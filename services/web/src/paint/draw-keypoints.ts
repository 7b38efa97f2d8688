import { drawnPoints, type Skeletons, type TrackedObject } from '../labels/keypoints';
import type { Colours } from '../labels/palette';

/** Pixels of the screen. */
const RADIUS = 4;
const LINE = 2;

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

import type { Point } from './label-map';

/** What is drawn over the labels while something is painted. */
export interface Cursor {
  at: Point | null;
  /** Of the brush, px of the picture; null: a cross. */
  radius: number | null;
  colour: string;
  /** Corners of an outline that is not closed yet. */
  polygon: readonly Point[];
}

/** @param unit pixels of the picture that are one pixel of the screen */
export function drawCursor(
  context: CanvasRenderingContext2D,
  { at, radius, colour, polygon }: Cursor,
  unit: number,
): void {
  const line = 1.5 * unit;
  const outline = (path: () => void) => {
    context.beginPath();
    path();
    context.lineWidth = 2.5 * line;
    context.strokeStyle = 'rgb(0 0 0 / 55%)';
    context.stroke();
    context.lineWidth = line;
    context.strokeStyle = colour;
    context.stroke();
  };
  if (polygon.length > 0) {
    outline(() => [...polygon, ...(at ? [at] : [])].forEach(([x, y]) => context.lineTo(x, y)));
    polygon.forEach(([x, y]) => outline(() => context.arc(x, y, 2 * line, 0, 7)));
  }
  if (!at) return;
  const [x, y] = at;
  if (radius !== null) return outline(() => context.arc(x, y, Math.max(radius, line), 0, 7));
  const arm = 7 * line;
  outline(() => {
    context.moveTo(x - arm, y);
    context.lineTo(x + arm, y);
    context.moveTo(x, y - arm);
    context.lineTo(x, y + arm);
  });
}

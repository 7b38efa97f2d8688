/** A point of a picture, px from its left and upper edge. */
interface Dot {
  x: number;
  y: number;
  /** Drawn as a ring: it is not seen, or a guess. */
  isHollow: boolean;
}

/** What is drawn of one object. */
export interface DrawnKeypoints {
  /** Red, green, blue. */
  colour: readonly [number, number, number];
  dots: readonly Dot[];
  /** Pairs of dots that are joined. */
  lines: readonly (readonly [{ x: number; y: number }, { x: number; y: number }])[];
}

/** Of a dot, relative to the diagonal of the picture. */
const RADIUS = 0.006;
const LEAST_RADIUS = 2;
const EDGE: DrawnKeypoints['colour'] = [255, 255, 255];

/**
 * Draws key points over a picture: lines, and on them dots with a white edge.
 * @param rgb rgb24, row-major; changed in place
 * @param width pixels of a row
 */
export function drawKeypoints(rgb: Buffer, width: number, objects: readonly DrawnKeypoints[]): void {
  const height = rgb.length / 3 / width;
  const radius = Math.max(LEAST_RADIUS, RADIUS * Math.hypot(width, height));
  const paint = (colour: DrawnKeypoints['colour'], centre: { x: number; y: number }, from: number, to: number) => {
    // The centre of a pixel is half a pixel from its corner.
    const [left, right] = [Math.floor(centre.x - to - 0.5), Math.ceil(centre.x + to)];
    for (let y = Math.max(0, Math.floor(centre.y - to - 0.5)); y <= Math.min(height - 1, centre.y + to); y++) {
      for (let x = Math.max(0, left); x <= Math.min(width - 1, right); x++) {
        const distance = Math.hypot(x + 0.5 - centre.x, y + 0.5 - centre.y);
        if (distance >= from && distance <= to) rgb.set(colour, (y * width + x) * 3);
      }
    }
  };
  for (const { colour, lines } of objects) {
    for (const [from, to] of lines) {
      const steps = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y)) + 1;
      // Lines may lead to points far outside the picture: only places near it are drawn.
      for (let i = 0; i <= steps; i++) {
        const at = { x: from.x + ((to.x - from.x) * i) / steps, y: from.y + ((to.y - from.y) * i) / steps };
        if (at.x > -1 && at.y > -1 && at.x < width + 1 && at.y < height + 1) paint(colour, at, 0, radius / 3);
      }
    }
  }
  for (const { colour, dots } of objects) {
    for (const dot of dots) {
      paint(EDGE, dot, radius, radius + 1);
      paint(colour, dot, dot.isHollow ? radius - 1 : 0, radius);
    }
  }
}

import type { MaskCrop } from '@propago/labels';

/** A closed line along the edges of pixels: x, y, x, y, … in px, corners only. Pixel (0, 0) covers 0 to 1. */
export interface Outline {
  points: number[];
  /** Pixels inside of it, those of its holes included. */
  area: number;
}

export interface Outlines {
  /** Around each part of the mask, the largest first. Pixels that touch by a corner are of one part. */
  parts: Outline[];
  /** Around what is not of the mask and lies inside of a part. */
  holes: Outline[];
}

/** Right, down, left, up. */
const STEP_X = [1, 0, -1, 0];
const STEP_Y = [0, 1, 0, -1];

/**
 * Traces a mask along the edges of its pixels, with the mask on the right hand. Nothing is lost: filling the parts and
 * emptying the holes gives the mask again.
 */
export function traceOutlines({ x: left, y: top, width, height, pixels }: MaskCrop): Outlines {
  const inside = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height && pixels[y * width + x] === 1;
  const seen = new Uint8Array(width * height);
  const found: Outlines = { parts: [], holes: [] };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      // Every closed line goes along the upper edge of some pixel.
      if (!inside(x, y) || inside(x, y - 1) || seen[y * width + x]) continue;
      const points: number[] = [];
      let [atX, atY, direction, doubledArea] = [x, y, 0, 0];
      do {
        if (direction === 0) seen[atY * width + atX] = 1;
        const [nextX, nextY] = [atX + STEP_X[direction]!, atY + STEP_Y[direction]!];
        doubledArea += atX * nextY - nextX * atY;
        [atX, atY] = [nextX, nextY];
        const turned = turn(atX, atY, direction, inside);
        if (turned !== direction) points.push(atX + left, atY + top);
        direction = turned;
      } while (atX !== x || atY !== y || direction !== 0);
      (doubledArea > 0 ? found.parts : found.holes).push({ points, area: Math.abs(doubledArea) / 2 });
    }
  }
  found.parts.sort((a, b) => b.area - a.area);
  return found;
}

/** The direction in which a line goes on from a corner. */
function turn(x: number, y: number, direction: number, inside: (x: number, y: number) => boolean): number {
  // The two pixels ahead, for each direction that is walked in: left of the line, and right of it.
  const aheadLeft = [inside(x, y - 1), inside(x, y), inside(x - 1, y), inside(x - 1, y - 1)][direction];
  if (aheadLeft) return (direction + 3) % 4;
  const aheadRight = [inside(x, y), inside(x - 1, y), inside(x - 1, y - 1), inside(x, y - 1)][direction];
  return aheadRight ? direction : (direction + 1) % 4;
}

/**
 * The pixels along the inner side of an outline, as x, y of each, without those in the middle of a straight line. This is
 * how OpenCV writes contours: filling the polygon through these pixels, border included, gives what the outline encloses.
 */
export function borderPixels({ points }: Outline): number[] {
  const path: number[] = [];
  const count = points.length / 2;
  for (let i = 0; i < count; i++) {
    let [x, y] = [points[2 * i]!, points[2 * i + 1]!];
    const [endX, endY] = [points[(2 * i + 2) % points.length]!, points[(2 * i + 3) % points.length]!];
    const [stepX, stepY] = [Math.sign(endX - x), Math.sign(endY - y)];
    while (x !== endX || y !== endY) {
      // On the right hand of the step.
      const [pixelX, pixelY] = [stepX === 1 || stepY === -1 ? x : x - 1, stepX === 1 || stepY === 1 ? y : y - 1];
      if (path.at(-2) !== pixelX || path.at(-1) !== pixelY) path.push(pixelX, pixelY);
      x += stepX;
      y += stepY;
    }
  }
  if (path.length > 2 && path.at(-2) === path[0] && path.at(-1) === path[1]) path.length -= 2;
  return withoutStraight(path);
}

function withoutStraight(path: number[]): number[] {
  const count = path.length / 2;
  if (count <= 2) return path;
  const at = (i: number) => [path[2 * ((i + count) % count)]!, path[2 * ((i + count) % count) + 1]!] as const;
  const kept: number[] = [];
  for (let i = 0; i < count; i++) {
    const [[ax, ay], [bx, by], [cx, cy]] = [at(i - 1), at(i), at(i + 1)];
    if (bx - ax !== cx - bx || by - ay !== cy - by) kept.push(bx, by);
  }
  return kept;
}

import type { MaskCrop } from '@propago/labels';

/**
 * Sets the pixels whose centres lie inside of a polygon, where it crosses itself by the even-odd rule.
 * @param points x, y, x, y, … in px of the picture; pixel (0, 0) covers 0 to 1
 * @param into what lies outside of its box is not set
 */
export function fillPolygon(points: readonly number[], { x: left, y: top, width, height, pixels }: MaskCrop): void {
  const count = points.length / 2;
  for (let row = 0; row < height; row++) {
    const y = top + row + 0.5;
    const crossings: number[] = [];
    for (let i = 0; i < count; i++) {
      const [x0, y0] = [points[2 * i]!, points[2 * i + 1]!];
      const [x1, y1] = [points[(2 * i + 2) % points.length]!, points[(2 * i + 3) % points.length]!];
      if (y0 <= y !== y1 <= y) crossings.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
    }
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(0, Math.ceil(crossings[i]! - left - 0.5));
      const to = Math.min(width, Math.ceil(crossings[i + 1]! - left - 0.5));
      if (from < to) pixels.fill(1, row * width + from, row * width + to);
    }
  }
}

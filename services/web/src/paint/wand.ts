import type { Point } from './label-map';

/** A picture as the browser has it: red, green, blue and alpha of each pixel. */
export interface Pixels {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}

/**
 * The connected region around a pixel whose colours are like its own.
 *
 * @param tolerance 0..255: how far each channel may differ from that of the pixel
 * @returns height x width, 1 inside; undefined where the place is outside the picture
 */
export function likeColours(
  { data, width, height }: Pixels,
  [px, py]: Point,
  tolerance: number,
): Uint8Array | undefined {
  const [x0, y0] = [Math.floor(px), Math.floor(py)];
  if (x0 < 0 || y0 < 0 || x0 >= width || y0 >= height) return undefined;
  const start = y0 * width + x0;
  const [r, g, b] = data.subarray(4 * start, 4 * start + 3);
  const isLike = (i: number) =>
    Math.abs(data[4 * i]! - r!) <= tolerance &&
    Math.abs(data[4 * i + 1]! - g!) <= tolerance &&
    Math.abs(data[4 * i + 2]! - b!) <= tolerance;
  const inside = new Uint8Array(width * height);
  inside[start] = 1;
  const region = [start];
  while (region.length > 0) {
    const i = region.pop()!;
    const x = i % width;
    const visit = (next: number) => {
      if (inside[next] || !isLike(next)) return;
      inside[next] = 1;
      region.push(next);
    };
    if (x > 0) visit(i - 1);
    if (x < width - 1) visit(i + 1);
    if (i >= width) visit(i - width);
    if (i < width * (height - 1)) visit(i + width);
  }
  return inside;
}

/** A closed outline: points x, y in pixels of the picture, whose upper left pixel covers 0 to 1 in both directions. */
export type Ring = readonly (readonly number[])[];

/**
 * The pixels whose centre lies inside an odd number of rings, so that a ring inside another one is a hole. What lies
 * outside the picture is cut off.
 *
 * Each edge toggles, in every row whose centre it crosses, the first pixel to the right of it; what is inside is then the
 * running exclusive or of the row.
 *
 * @param rings of finite numbers
 * @returns height x width, row-major, 1 inside
 */
export function fillRings(rings: readonly Ring[], { width, height }: { width: number; height: number }): Uint8Array {
  const inside = new Uint8Array(width * height);
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i++) {
      toggleRight(inside, { width, height }, ring[i]!, ring[(i + 1) % ring.length]!);
    }
  }
  for (let row = 0; row < inside.length; row += width) {
    for (let at = row + 1; at < row + width; at++) inside[at]! ^= inside[at - 1]!;
  }
  return inside;
}

type Point = readonly number[];

function toggleRight(toggles: Uint8Array, { width, height }: { width: number; height: number }, a: Point, b: Point) {
  const [[x0, y0], [x1, y1]] = (a[1]! <= b[1]! ? [a, b] : [b, a]) as [[number, number], [number, number]];
  const first = Math.max(0, Math.ceil(y0 - 0.5));
  const end = Math.min(height, Math.ceil(y1 - 0.5));
  for (let row = first; row < end; row++) {
    const x = x0 + ((row + 0.5 - y0) / (y1 - y0)) * (x1 - x0);
    const column = Math.max(0, Math.ceil(x - 0.5));
    if (column < width) toggles[row * width + column]! ^= 1;
  }
}

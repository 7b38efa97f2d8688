import { cropRle, encodeRle, type MaskCrop } from '@propago/labels';
import { fillPolygon } from './fill-polygon';
import { borderPixels, traceOutlines } from './outlines';
import { simplify } from './simplify';
import { jaccardOfPolygons } from './loss-meter';

/** A mask as rows of dots and hashes, somewhere in a larger picture. */
function cropOf(...rows: string[]): MaskCrop {
  const pixels = Uint8Array.from(rows.join(''), (character) => Number(character === '#'));
  return { x: 3, y: 5, width: rows[0]!.length, height: rows.length, pixels };
}

/** Numbers from 0 to 1 that are the same each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

function randomCrop(seed: number): MaskCrop {
  const next = random(seed);
  const [width, height] = [1 + Math.floor(next() * 24), 1 + Math.floor(next() * 24)];
  const density = next();
  const labels = Uint8Array.from({ length: width * height }, () => Number(next() < density));
  return cropRle(encodeRle(labels, width, height, 1));
}

const empty = (crop: MaskCrop): MaskCrop => ({ ...crop, pixels: new Uint8Array(crop.pixels.length) });

describe('outlines', () => {
  it('give the mask again when parts are filled and holes emptied', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const crop = randomCrop(seed);
      const { parts, holes } = traceOutlines(crop);
      const filled = empty(crop);
      const emptied = empty(crop);
      // Islands within holes are parts too: by the even-odd rule each line changes what it encloses.
      for (const { points } of [...parts, ...holes]) {
        const one = empty(crop);
        fillPolygon(points, one);
        one.pixels.forEach((pixel, i) => (emptied.pixels[i] ^= pixel));
      }
      for (const { points } of parts) fillPolygon(points, filled);
      expect(emptied.pixels).toEqual(crop.pixels);
      expect(crop.pixels.every((pixel, i) => pixel <= filled.pixels[i]!)).toBe(true);
    }
  });

  it('have the area that they enclose, and come with the largest part first', () => {
    const { parts, holes } = traceOutlines(cropOf('#.....', '..####', '..#..#', '..####'));
    expect(parts.map(({ area }) => area)).toEqual([12, 1]);
    expect(holes.map(({ area }) => area)).toEqual([2]);
  });

  it('go round the corners of pixels, in the place of the picture that they have', () => {
    expect(traceOutlines(cropOf('##', '##')).parts[0]!.points).toEqual([5, 5, 5, 7, 3, 7, 3, 5]);
  });

  it('join pixels that touch by a corner', () => {
    expect(traceOutlines(cropOf('#.', '.#')).parts).toHaveLength(1);
  });

  it('lead through border pixels that enclose what they do', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const crop = randomCrop(seed);
      for (const part of traceOutlines(crop).parts) {
        const pixels = borderPixels(part);
        const byCorners = empty(crop);
        fillPolygon(part.points, byCorners);
        // As OpenCV fills: what lies within the line through the centres, and all that the line goes over.
        const byPixels = empty(crop);
        fillPolygon(
          pixels.map((value) => value + 0.5),
          byPixels,
        );
        for (let i = 0; i < pixels.length; i += 2) drawLine(pixels, i, byPixels);
        expect(byPixels.pixels).toEqual(byCorners.pixels);
      }
    }
  });

  function drawLine(pixels: number[], i: number, { x: left, y: top, width, pixels: into }: MaskCrop): void {
    const [endX, endY] = [pixels[(i + 2) % pixels.length]!, pixels[(i + 3) % pixels.length]!];
    let [x, y] = [pixels[i]!, pixels[i + 1]!];
    into[(y - top) * width + x - left] = 1;
    while (x !== endX || y !== endY) {
      x += Math.sign(endX - x);
      y += Math.sign(endY - y);
      into[(y - top) * width + x - left] = 1;
    }
  }
});

describe('a simplified outline', () => {
  const STAIRS = cropOf('#......', '##.....', '###....', '####...', '#####..', '######.', '#######');

  it('is the same without a tolerance', () => {
    const [part] = traceOutlines(STAIRS).parts;
    expect(simplify(part!.points, 0)).toBe(part!.points);
  });

  it('has fewer corners, none of those left out further away than the tolerance', () => {
    const [part] = traceOutlines(STAIRS).parts;
    const line = simplify(part!.points, 0.75);
    expect(line.length).toBeLessThan(part!.points.length / 2);
    expect(jaccardOfPolygons(STAIRS, [line])).toBeGreaterThan(0.8);
    for (let i = 0; i < part!.points.length; i += 2) {
      const [x, y] = [part!.points[i]!, part!.points[i + 1]!];
      expect(distanceTo(line, x, y)).toBeLessThanOrEqual(0.75);
    }
  });

  function distanceTo(line: number[], x: number, y: number): number {
    let nearest = Infinity;
    for (let i = 0; i < line.length; i += 2) {
      const [ax, ay] = [line[i]!, line[i + 1]!];
      const [bx, by] = [line[(i + 2) % line.length]!, line[(i + 3) % line.length]!];
      const length = (bx - ax) ** 2 + (by - ay) ** 2;
      const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
      nearest = Math.min(nearest, Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)));
    }
    return nearest;
  }
});

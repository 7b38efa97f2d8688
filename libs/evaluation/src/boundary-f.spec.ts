import { boundaryF, boundaryMap } from './boundary-f';

const frame = (width: number, ...labels: number[]) => ({
  width,
  height: labels.length / width,
  labels: Uint8Array.from(labels),
});

/** A frame with one filled rectangle. */
function box(left: number, top: number, size: number, width = 200, height = 150) {
  const labels = new Uint8Array(width * height);
  for (let y = top; y < top + size; y++) labels.fill(1, y * width + left, y * width + left + size);
  return { width, height, labels };
}

/** The definition with a full disk per pixel. */
function slowF(truth: ReturnType<typeof box>, prediction: ReturnType<typeof box>): number {
  const radius = Math.ceil(0.008 * Math.sqrt(truth.width ** 2 + truth.height ** 2));
  const dilate = (map: Uint8Array): Uint8Array =>
    map.map((_, at) => {
      const [x, y] = [at % truth.width, Math.floor(at / truth.width)];
      for (let dy = -radius; dy <= radius; dy++) {
        for (let dx = -radius; dx <= radius; dx++) {
          const inside = x + dx >= 0 && x + dx < truth.width && y + dy >= 0 && y + dy < truth.height;
          if (inside && dx * dx + dy * dy <= radius * radius && map[at + dy * truth.width + dx]) return 1;
        }
      }
      return 0;
    });
  const count = (map: Uint8Array): number => map.reduce((sum, value) => sum + value, 0);
  const [g, p] = [boundaryMap(truth, 1), boundaryMap(prediction, 1)];
  const [wideG, wideP] = [dilate(g), dilate(p)];
  const precision = count(p.map((v, i) => v & wideG[i])) / count(p);
  const recall = count(g.map((v, i) => v & wideP[i])) / count(g);
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

describe('boundaryMap', () => {
  it('marks pixels that differ from their east, south or south-east neighbour', () => {
    const map = boundaryMap(frame(4, ...[0, 0, 0, 0], ...[0, 1, 1, 0], ...[0, 1, 1, 0], ...[0, 0, 0, 0]), 1);
    expect([...map]).toEqual([...[1, 1, 1, 0], ...[1, 0, 1, 0], ...[1, 1, 1, 0], ...[0, 0, 0, 0]]);
  });

  it('looks only east in the last row, only south in the last column and never at the corner', () => {
    expect([...boundaryMap(frame(3, ...[0, 0, 1], ...[0, 1, 0]), 1)]).toEqual([...[1, 1, 1], ...[1, 1, 0]]);
  });

  it('is empty for an object that fills the frame or is absent', () => {
    expect([...boundaryMap(frame(2, 1, 1, 1, 1), 1)]).toEqual([0, 0, 0, 0]);
    expect([...boundaryMap(frame(2, 1, 1, 1, 1), 2)]).toEqual([0, 0, 0, 0]);
  });
});

describe('boundaryF', () => {
  const empty = frame(200, ...new Uint8Array(200 * 150));

  it('is 1 for equal masks and for boundaries within 2 pixels of a 200x150 frame', () => {
    expect(boundaryF(box(50, 50, 30), box(50, 50, 30), 1)).toBe(1);
    expect(boundaryF(box(50, 50, 30), box(52, 50, 30), 1)).toBe(1);
  });

  it('falls below 1 when a side is 3 pixels away', () => {
    expect(boundaryF(box(50, 50, 30), box(53, 50, 30), 1)).toBeLessThan(1);
  });

  it.each([
    [box(50, 50, 30), box(53, 52, 31)],
    [box(0, 0, 30), box(4, 1, 20)],
    [box(150, 110, 40), box(160, 120, 30)],
    [box(10, 10, 3), box(12, 14, 2)],
  ])('equals a dilation by a disk', (truth, prediction) => {
    expect(boundaryF(truth, prediction, 1)).toBeCloseTo(slowF(truth, prediction), 12);
  });

  it('is 0 when one mask is empty and 1 when both are', () => {
    expect(boundaryF(box(50, 50, 30), empty, 1)).toBe(0);
    expect(boundaryF(empty, box(50, 50, 30), 1)).toBe(0);
    expect(boundaryF(empty, empty, 1)).toBe(1);
  });

  it('is 0 for boundaries far apart', () => {
    expect(boundaryF(box(10, 10, 30), box(120, 100, 30), 1)).toBe(0);
  });
});

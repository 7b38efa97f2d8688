import { LabelFrame, requireSameSize } from './label-frame';

/** How far a boundary may lie off, as a share of the frame's diagonal. */
const TOLERANCE = 0.008;

/**
 * One-pixel boundary of an object: a pixel that differs from its east, south or south-east neighbour. The last row
 * looks only east, the last column only south, the corner pixel is never boundary.
 * @returns height x width, row-major, 1 on the boundary
 */
export function boundaryMap({ width, height, labels }: LabelFrame, id: number): Uint8Array {
  const boundary = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    // Boundary begins one row above the object: rows without it are jumped over.
    const next = labels.indexOf(id, y * width);
    if (next < 0) break;
    if (next >= (y + 2) * width) {
      y = Math.floor(next / width) - 2;
      continue;
    }
    const lastRow = y === height - 1;
    let at = y * width;
    let here = labels[at] === id;
    let below = !lastRow && labels[at + width] === id;
    for (const end = at + width - 1; at < end; at++) {
      const east = labels[at + 1] === id;
      if (lastRow) {
        if (here !== east) boundary[at] = 1;
      } else {
        const southEast = labels[at + width + 1] === id;
        if (here !== east || here !== below || here !== southEast) boundary[at] = 1;
        below = southEast;
      }
      here = east;
    }
    if (!lastRow && here !== below) boundary[at] = 1;
  }
  return boundary;
}

/**
 * Distance in pixels to the nearest set pixel of the same row; `radius + 1` where none lies within `radius`.
 * A disk is a stack of horizontal spans, so these distances are all that a dilation by a disk needs.
 */
function rowDistances(map: Uint8Array, width: number, radius: number): Uint16Array {
  const distances = new Uint16Array(map.length).fill(radius + 1);
  for (let at = map.indexOf(1); at >= 0; at = map.indexOf(1, at + 1)) {
    const x = at % width;
    const left = x < radius ? x : radius;
    const right = width - 1 - x < radius ? width - 1 - x : radius;
    // Going outwards, a nearer distance already there means that the rest is nearer to another set pixel too.
    for (let d = 0; d <= left && distances[at - d] > d; d++) distances[at - d] = d;
    for (let d = 1; d <= right && distances[at + d] > d; d++) distances[at + d] = d;
  }
  return distances;
}

/** Set pixels of `map`, and how many of them lie within `radius` (disk x^2 + y^2 <= r^2) of a set pixel of `other`. */
function matches(map: Uint8Array, other: Uint8Array, width: number, radius: number): { all: number; near: number } {
  const distances = rowDistances(other, width, radius);
  const height = map.length / width;
  const halfWidths = Array.from({ length: radius + 1 }, (_, dy) => Math.floor(Math.sqrt(radius * radius - dy * dy)));
  let all = 0;
  let near = 0;
  for (let at = map.indexOf(1); at >= 0; at = map.indexOf(1, at + 1)) {
    all++;
    const y = (at / width) | 0;
    const first = y < radius ? -y : -radius;
    const last = height - 1 - y < radius ? height - 1 - y : radius;
    for (let dy = first; dy <= last; dy++) {
      if (distances[at + dy * width] <= halfWidths[dy < 0 ? -dy : dy]) {
        near++;
        break;
      }
    }
  }
  return { all, near };
}

/**
 * F of one object in one frame: the harmonic mean of precision (predicted boundary near the true one) and recall
 * (true boundary near the predicted one), near meaning within ceil(0.008 x diagonal) pixels.
 * Both boundaries empty: 1; one of them empty: 0.
 * Source: davis2017-evaluation, contour accuracy.
 */
export function boundaryF(truth: LabelFrame, prediction: LabelFrame, id: number): number {
  requireSameSize(truth, prediction);
  const { width, height } = truth;
  const radius = Math.ceil(TOLERANCE * Math.hypot(width, height));
  const [truthMap, predictionMap] = [boundaryMap(truth, id), boundaryMap(prediction, id)];
  const predicted = matches(predictionMap, truthMap, width, radius);
  const actual = matches(truthMap, predictionMap, width, radius);
  if (predicted.all === 0 && actual.all === 0) return 1;
  if (predicted.all === 0 || actual.all === 0) return 0;
  const precision = predicted.near / predicted.all;
  const recall = actual.near / actual.all;
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

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
    const lastRow = y === height - 1;
    let at = y * width;
    let here = labels[at] === id;
    let below = !lastRow && labels[at + width] === id;
    for (let x = 0; x < width - 1; x++, at++) {
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
 * Distance in pixels to the nearest set pixel of the same row, at most `far`.
 * A disk is a stack of horizontal spans, so these distances are all that a dilation by a disk needs.
 */
function rowDistances(map: Uint8Array, width: number, far: number): Uint16Array {
  const distances = new Uint16Array(map.length).fill(far);
  for (let row = 0; row < map.length; row += width) {
    const first = map.subarray(row, row + width).indexOf(1);
    if (first < 0) continue;
    let distance = far;
    for (let at = row + first; at < row + width; at++) {
      distance = map[at] ? 0 : Math.min(far, distance + 1);
      distances[at] = distance;
    }
    for (let at = row + width - 1; at >= row; at--) {
      distance = map[at] ? 0 : Math.min(far, distance + 1);
      if (distance < distances[at]) distances[at] = distance;
    }
  }
  return distances;
}

/** Set pixels of `map`, and how many of them lie within `radius` (disk x^2 + y^2 <= r^2) of a set pixel of `other`. */
function matches(map: Uint8Array, other: Uint8Array, width: number, radius: number): { all: number; near: number } {
  const distances = rowDistances(other, width, radius + 1);
  const height = map.length / width;
  const halfWidths = Array.from({ length: radius + 1 }, (_, dy) => Math.floor(Math.sqrt(radius * radius - dy * dy)));
  let all = 0;
  let near = 0;
  for (let at = map.indexOf(1); at >= 0; at = map.indexOf(1, at + 1)) {
    all++;
    const y = Math.floor(at / width);
    const last = Math.min(radius, height - 1 - y);
    for (let dy = -Math.min(radius, y); dy <= last; dy++) {
      if (distances[at + dy * width] <= halfWidths[Math.abs(dy)]) {
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

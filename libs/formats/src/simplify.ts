/**
 * A closed line with fewer corners, none of which it had lies further from it than the tolerance (Douglas and Peucker).
 *
 * @param points x, y, x, y, … in px
 * @param tolerance px; 0 keeps every corner
 * @returns the line itself where less than a triangle would be left
 */
export function simplify(points: number[], tolerance: number): number[] {
  const count = points.length / 2;
  if (tolerance <= 0 || count <= 3) return points;
  const kept = new Uint8Array(count);
  // Two ends that surely are corners: the first one, and the one that is furthest from it.
  const far = furthest(points, 0, (i) =>
    Math.hypot(points[2 * i]! - points[0]!, points[2 * i + 1]! - points[1]!),
  ).index;
  kept[0] = kept[far] = 1;
  const open: [number, number][] = [
    [0, far],
    [far, count],
  ];
  while (open.length > 0) {
    const [from, to] = open.pop()!;
    const { index, distance } = furthestBetween(points, from, to);
    if (distance <= tolerance) continue;
    kept[index] = 1;
    open.push([from, index], [index, to]);
  }
  const line = points.filter((_, i) => kept[i >> 1]);
  return line.length >= 6 ? line : points;
}

function furthest(points: number[], from: number, distanceOf: (i: number) => number, to = points.length / 2) {
  let found = { index: from, distance: -1 };
  for (let i = from; i < to; i++) {
    const distance = distanceOf(i);
    if (distance > found.distance) found = { index: i, distance };
  }
  return found;
}

/** Of the corners between two, the one furthest from the line through them. @param to may be the first one again, as count */
function furthestBetween(points: number[], from: number, to: number) {
  const end = to % (points.length / 2);
  const [ax, ay, bx, by] = [points[2 * from]!, points[2 * from + 1]!, points[2 * end]!, points[2 * end + 1]!];
  const length = Math.hypot(bx - ax, by - ay);
  const fromLine = (i: number) => {
    const [x, y] = [points[2 * i]! - ax, points[2 * i + 1]! - ay];
    return length === 0 ? Math.hypot(x, y) : Math.abs(x * (by - ay) - y * (bx - ax)) / length;
  };
  return furthest(points, from + 1, fromLine, to);
}

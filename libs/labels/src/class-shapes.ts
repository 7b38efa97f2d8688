/** How the pixels of one class lie in a mask. */
export interface ClassShape {
  id: number;
  /** Pixels. */
  area: number;
  /** Side in pixels of the largest square that lies inside the class: how thick it is at its thickest. */
  thickness: number;
  /** Pixels of each connected region (edges or corners touch), the largest first. */
  regions: number[];
}

/**
 * The shape of every class of a label map, ascending by id.
 * @param map.labels height x width, row-major class ids; 0 is background
 */
export function classShapes(map: { width: number; height: number; labels: Uint8Array }): ClassShape[] {
  const shapes = new Map<number, ClassShape>();
  const { labels } = map;
  const squares = squareSides(map);
  for (let i = 0; i < labels.length; i++) {
    const id = labels[i];
    if (id === 0) continue;
    let shape = shapes.get(id);
    if (!shape) shapes.set(id, (shape = { id, area: 0, thickness: 0, regions: [] }));
    shape.area++;
    if (squares[i] > shape.thickness) shape.thickness = squares[i];
  }
  for (const { id, pixels } of regionsOf(map)) shapes.get(id)!.regions.push(pixels);
  for (const { regions } of shapes.values()) regions.sort((a, b) => b - a);
  return [...shapes.values()].sort((a, b) => a.id - b.id);
}

/** Per pixel: side of the largest square of one label whose lower right corner it is. */
function squareSides({ width, height, labels }: { width: number; height: number; labels: Uint8Array }): Uint16Array {
  const sides = new Uint16Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const label = labels[i];
      const grows =
        x > 0 && y > 0 && labels[i - 1] === label && labels[i - width] === label && labels[i - width - 1] === label;
      sides[i] = grows ? Math.min(sides[i - 1], sides[i - width], sides[i - width - 1]) + 1 : 1;
    }
  }
  return sides;
}

/** The connected regions of all classes, in no order. */
function regionsOf(map: { width: number; height: number; labels: Uint8Array }): { id: number; pixels: number }[] {
  const { width, height, labels } = map;
  const regions: { id: number; pixels: number }[] = [];
  const seen = new Uint8Array(labels.length);
  const waiting: number[] = [];
  for (let start = 0; start < labels.length; start++) {
    const id = labels[start];
    if (id === 0 || seen[start]) continue;
    let pixels = 0;
    seen[start] = 1;
    waiting.push(start);
    while (waiting.length > 0) {
      const at = waiting.pop()!;
      pixels++;
      const [x, y] = [at % width, Math.floor(at / width)];
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
          const next = row * width + column;
          if (seen[next] || labels[next] !== id) continue;
          seen[next] = 1;
          waiting.push(next);
        }
      }
    }
    regions.push({ id, pixels });
  }
  return regions;
}

/** Size of the patch grid, in patches. */
export interface GridSize {
  rows: number;
  cols: number;
}

/**
 * How a mask becomes soft labels on the patch grid:
 * `nearest` takes the label at each patch's centre (an object smaller than a patch may vanish),
 * `bilinear` interpolates the one-hot image without anti-aliasing (cv2 INTER_LINEAR),
 * `area` gives each class its share of the patch's pixels.
 */
export type LabelResize = 'nearest' | 'bilinear' | 'area';

/** Pixels along one axis that a patch takes, and how much of each. */
interface Tap {
  index: number;
  weight: number;
}

function taps(size: number, cells: number, method: LabelResize): Tap[][] {
  const scale = size / cells;
  return Array.from({ length: cells }, (_, cell) => {
    if (method === 'nearest') return [{ index: Math.min(size - 1, Math.floor((cell + 0.5) * scale)), weight: 1 }];
    if (method === 'bilinear') {
      const centre = Math.min(size - 1, Math.max(0, (cell + 0.5) * scale - 0.5));
      const index = Math.min(size - 1, Math.floor(centre));
      const weight = centre - index;
      return weight === 0
        ? [{ index, weight: 1 }]
        : [
            { index, weight: 1 - weight },
            { index: index + 1, weight },
          ];
    }
    const [from, to] = [cell * scale, (cell + 1) * scale];
    const covered: Tap[] = [];
    for (let index = Math.floor(from); index < Math.min(size, Math.ceil(to)); index++) {
      const weight = (Math.min(to, index + 1) - Math.max(from, index)) / scale;
      if (weight > 0) covered.push({ index, weight });
    }
    return covered;
  });
}

/**
 * A label map as soft labels on the patch grid.
 * @param map.labels height x width, row-major class ids
 * @param classIds the ids that get a channel, in channel order; every other id counts as background
 * @returns patches x (1 + classIds.length), row-major, channel 0 background; each row sums to 1
 */
export function labelsToGrid(
  map: { width: number; height: number; labels: Uint8Array },
  classIds: number[],
  grid: GridSize,
  method: LabelResize,
): Float32Array {
  const channels = classIds.length + 1;
  const channelOf = new Uint16Array(256);
  classIds.forEach((id, i) => (channelOf[id] = i + 1));
  const columns = taps(map.width, grid.cols, method);
  const rows = taps(map.height, grid.rows, method);
  const soft = new Float32Array(grid.rows * grid.cols * channels);
  // Sums in double precision: a patch can have thousands of pixels.
  const sums = new Float64Array(channels);
  for (let r = 0, patch = 0; r < grid.rows; r++) {
    for (let c = 0; c < grid.cols; c++, patch++) {
      sums.fill(0);
      for (const row of rows[r]) {
        for (const column of columns[c]) {
          sums[channelOf[map.labels[row.index * map.width + column.index]]] += row.weight * column.weight;
        }
      }
      soft.set(sums, patch * channels);
    }
  }
  return soft;
}

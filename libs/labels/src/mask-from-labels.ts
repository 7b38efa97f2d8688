import { GridSize } from './label-grid';

/**
 * How soft labels become a full-size mask:
 * `input-size` interpolates to the encoder's input size, takes the winner there, then the nearest pixel (DINO, CRW);
 * `output-size` interpolates straight to the output size (VFS);
 * `nearest` takes each patch as it is (DINOv3).
 */
export type Upsampling = 'input-size' | 'output-size' | 'nearest';

/** `min-max` stretches each class over the interpolated image to 0..1 before the winner is taken. */
export type ClassNormalisation = 'none' | 'min-max';

export interface PixelSize {
  width: number;
  height: number;
}

/** The mask of one frame, with how sure the labels were. */
export interface FrameMask {
  /** height x width of the output, row-major; the index of the winning channel, 0 background. */
  channel: Uint8Array;
  /** Per channel: pixels won. */
  area: number[];
  /** Per channel: mean of its soft label (not stretched) over the pixels it won, 0..1; 0 when it won none. */
  confidence: number[];
  /** The same mean over all foreground pixels; 0 when there are none. */
  frameConfidence: number;
  /**
   * Per channel: how far the labels are from this mask, 0..1. One minus the Jaccard index that the mask would be expected to
   * have if each soft label were the probability that the pixel is of the class: the labels inside over the pixels inside
   * together with the labels outside. 1 when it won no pixel.
   */
  drift: number[];
}

/** Where the pixels of one axis lie on the patch grid. */
interface Axis {
  /** Per output pixel: offset past its knot, 0 <= fraction < 1. */
  fractions: Float64Array;
  /** Pixels start[k] up to start[k + 1] lie between knots k and k + 1; cells + 1 entries. */
  start: Int32Array;
  /** Positions that bound the interpolated image: first and last per knot interval, as knot + fraction. */
  extremes: number[];
}

/** Below this lead a winner at both ends of an interval is checked pixel by pixel: rounding may matter. */
const CLEAR_LEAD = 1e-9;

const nearest = (i: number, from: number, to: number): number =>
  Math.min(from - 1, Math.floor((i + 0.5) * (from / to)));

/** Half-pixel centres, clamped at the edges, as torch's `interpolate(align_corners=False)`. */
const position = (i: number, cells: number, pixels: number): number =>
  Math.min(cells - 1, Math.max(0, ((i + 0.5) * cells) / pixels - 0.5));

function axis(cells: number, input: number, output: number, upsampling: Upsampling): Axis {
  const middle = upsampling === 'output-size' ? output : input;
  const at = (i: number): number => (upsampling === 'nearest' ? nearest(i, cells, middle) : position(i, cells, middle));
  const fractions = new Float64Array(output);
  const start = new Int32Array(cells + 1).fill(output);
  let knot = -1;
  for (let i = 0; i < output; i++) {
    const here = at(upsampling === 'output-size' ? i : nearest(i, middle, output));
    while (knot < Math.floor(here)) start[++knot] = i;
    fractions[i] = here - knot;
  }
  const extremes: number[] = [];
  for (let i = 0; i < middle; i++) {
    const here = Math.floor(at(i));
    if (i === 0 || i === middle - 1 || here !== Math.floor(at(i - 1)) || here !== Math.floor(at(i + 1))) {
      extremes.push(at(i));
    }
  }
  return { fractions, start, extremes };
}

/**
 * The row of the interpolated image at `at`, at the knots of the columns.
 * @param row out: (cols + 1) x classes; the last column stands twice, so that each knot has a right neighbour
 */
function fillRow(row: Float64Array, values: Float64Array, at: number): void {
  const width = row.length;
  const rows = values.length / width;
  const upper = Math.floor(at) * width;
  const lower = Math.min(rows - 1, Math.floor(at) + 1) * width;
  const fraction = at - Math.floor(at);
  for (let i = 0; i < width; i++) row[i] = values[upper + i] + (values[lower + i] - values[upper + i]) * fraction;
}

/** Soft labels with the last column of the grid repeated: rows x (cols + 1) x classes. */
function padded(soft: Float32Array, classes: number, { rows, cols }: GridSize): Float64Array {
  const width = (cols + 1) * classes;
  const values = new Float64Array(rows * width);
  for (let r = 0; r < rows; r++) {
    const row = soft.subarray(r * cols * classes, (r + 1) * cols * classes);
    values.set(row, r * width);
    values.set(row.subarray(-classes), r * width + row.length);
  }
  return values;
}

/**
 * Stretches each class to 0..1 over the interpolated image, in place on the grid: interpolation is linear, so
 * stretching before it is the same as after it, and its extremes lie at the ends of the knot intervals.
 * A class that is constant stays as it is (its range is zero).
 * @returns per class, how to get the plain value back: plain = low + stretched * range
 */
function stretch(values: Float64Array, classes: number, rows: Axis, columns: Axis, row: Float64Array) {
  const low = new Float64Array(classes).fill(Infinity);
  const high = new Float64Array(classes).fill(-Infinity);
  for (const y of rows.extremes) {
    fillRow(row, values, y);
    for (const x of columns.extremes) {
      const left = Math.floor(x) * classes;
      const fraction = x - Math.floor(x);
      for (let c = 0; c < classes; c++) {
        const a = row[left + c];
        const value = a + (row[left + classes + c] - a) * fraction;
        if (value < low[c]) low[c] = value;
        if (value > high[c]) high[c] = value;
      }
    }
  }
  const range = low.map((value, c) => (high[c] > value ? high[c] - value : 1));
  low.forEach((_, c) => high[c] > low[c] || (low[c] = 0));
  for (let i = 0; i < values.length; i += classes) {
    for (let c = 0; c < classes; c++) values[i + c] = (values[i + c] - low[c]) / range[c];
  }
  return { low, range };
}

/** How often each knot of an axis counts when the interpolated image is summed up; the last one stands twice. */
function weightsOf({ fractions, start }: Axis): Float64Array {
  const cells = start.length - 1;
  const weights = new Float64Array(cells + 1);
  for (let k = 0; k < cells; k++) {
    for (let i = start[k]; i < start[k + 1]; i++) {
      weights[k] += 1 - fractions[i];
      weights[k + 1] += fractions[i];
    }
  }
  return weights;
}

/**
 * Per class: its sum over the interpolated image.
 * @param values rows x (cols + 1) x classes
 */
function weighedSums(
  values: Float64Array,
  classes: number,
  rowWeights: Float64Array,
  columnWeights: Float64Array,
): number[] {
  const sums = new Array<number>(classes).fill(0);
  const width = columnWeights.length * classes;
  for (let at = 0; at < values.length; at++) {
    const row = Math.floor(at / width);
    // Past the last row the image goes on as that row.
    const weight = row === rowWeights.length - 2 ? rowWeights[row] + rowWeights[row + 1] : rowWeights[row];
    sums[at % classes] += values[at] * weight * columnWeights[Math.floor((at % width) / classes)];
  }
  return sums;
}

function winnerAt(row: Float64Array, at: number, classes: number): number {
  let best = 0;
  for (let c = 1; c < classes; c++) if (row[at + c] > row[at + best]) best = c;
  return best;
}

function leadsClearly(row: Float64Array, at: number, classes: number, winner: number): boolean {
  const bar = row[at + winner] - CLEAR_LEAD;
  for (let c = 0; c < classes; c++) if (c !== winner && row[at + c] >= bar) return false;
  return true;
}

/**
 * Soft labels on the patch grid to a mask at the output size. The winner is the largest class, the first among equals.
 * Plain double arithmetic in a fixed order: the same labels give the same mask on every machine.
 * Between two knots of a row every class is linear, so a class that leads at both wins the whole interval; only
 * intervals that a border crosses are worked out pixel by pixel.
 * @param soft patches x classes, row-major
 * @param inputSize the encoder's input size in pixels; not used by `output-size`
 */
export function softLabelsToLabelMap(
  soft: Float32Array,
  classes: number,
  grid: GridSize,
  inputSize: PixelSize,
  outputSize: PixelSize,
  options: { upsampling: Upsampling; classNormalisation: ClassNormalisation },
): FrameMask {
  if (soft.length !== grid.rows * grid.cols * classes) {
    throw new RangeError(`Expected ${grid.rows}x${grid.cols}x${classes} soft labels but received ${soft.length}`);
  }
  const { width, height } = outputSize;
  const rows = axis(grid.rows, inputSize.height, height, options.upsampling);
  const columns = axis(grid.cols, inputSize.width, width, options.upsampling);
  const values = padded(soft, classes, grid);
  const row = new Float64Array((grid.cols + 1) * classes);
  const scale =
    options.classNormalisation === 'min-max'
      ? stretch(values, classes, rows, columns, row)
      : { low: new Float64Array(classes), range: new Float64Array(classes).fill(1) };

  const channel = new Uint8Array(width * height);
  const area = new Array<number>(classes).fill(0);
  const sums = new Float64Array(classes);
  const { start, fractions } = columns;
  const fractionSums = Float64Array.from({ length: grid.cols }, (_, k) =>
    fractions.subarray(start[k], start[k + 1]).reduce((sum, fraction) => sum + fraction, 0),
  );
  for (let r = 0; r < grid.rows; r++) {
    for (let y = rows.start[r]; y < rows.start[r + 1]; y++) {
      fillRow(row, values, r + rows.fractions[y]);
      for (let k = 0; k < grid.cols; k++) {
        const [from, to] = [start[k], start[k + 1]];
        if (from === to) continue;
        const left = k * classes;
        const right = left + classes;
        const winner = winnerAt(row, left, classes);
        if (leadsClearly(row, left, classes, winner) && leadsClearly(row, right, classes, winner)) {
          if (winner !== 0) channel.fill(winner, y * width + from, y * width + to);
          area[winner] += to - from;
          sums[winner] +=
            row[left + winner] * (to - from) + (row[right + winner] - row[left + winner]) * fractionSums[k];
          continue;
        }
        for (let x = from; x < to; x++) {
          const fraction = fractions[x];
          let best = 0;
          let bestValue = row[left] + (row[right] - row[left]) * fraction;
          for (let c = 1; c < classes; c++) {
            const value = row[left + c] + (row[right + c] - row[left + c]) * fraction;
            if (value > bestValue) {
              bestValue = value;
              best = c;
            }
          }
          channel[y * width + x] = best;
          area[best]++;
          sums[best] += bestValue;
        }
      }
    }
  }
  const plain = area.map((pixels, c) => scale.low[c] * pixels + scale.range[c] * sums[c]);
  const everywhere = weighedSums(values, classes, weightsOf(rows), weightsOf(columns)).map(
    (sum, c) => scale.low[c] * width * height + scale.range[c] * sum,
  );
  const foreground = area.slice(1).reduce((sum, pixels) => sum + pixels, 0);
  return {
    channel,
    area,
    confidence: plain.map((sum, c) => (area[c] > 0 ? sum / area[c] : 0)),
    frameConfidence: foreground > 0 ? plain.slice(1).reduce((sum, value) => sum + value, 0) / foreground : 0,
    drift: plain.map((inside, c) => {
      // Rounding may bring what lies outside below zero.
      const union = area[c] + Math.max(0, everywhere[c] - inside);
      return area[c] > 0 ? 1 - inside / union : 1;
    }),
  };
}

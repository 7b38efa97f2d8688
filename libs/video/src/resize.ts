/** Pixels. */
export interface FrameSize {
  width: number;
  height: number;
}

/**
 * `bilinear`: two taps per axis at half-pixel centres, whatever the scale: the semantics of OpenCV's INTER_LINEAR, with which
 * the field's evaluation code resizes frames. `antialias`: a triangle as wide as the scale when shrinking: Pillow's BILINEAR.
 */
export type ResizeMethod = 'bilinear' | 'antialias';

/** For each output position: the first input position, and `taps` fixed-point weights that sum to `1 << bits`. */
interface AxisWeights {
  taps: number;
  first: Int32Array;
  weights: Int32Array;
}

// 255 * 2^22 stays below 2^31: one axis is summed in 32-bit integers and rounded to a byte, as Pillow does.
const ANTIALIAS_BITS = 22;
// Two axes of 11 bits meet the same bound; the intermediate rows keep all their bits and are rounded once, as in OpenCV.
const BILINEAR_BITS = 11;

/**
 * Resizes an rgb24 picture, row-major, height x width x 3. Integer arithmetic only: the same bytes on every machine.
 * @returns `rgb` itself where the sizes are equal, else a new buffer
 */
export function resizeRgb(rgb: Buffer, from: FrameSize, to: FrameSize, method: ResizeMethod): Buffer {
  if (rgb.length !== from.width * from.height * 3) {
    throw new RangeError(
      `Expected ${from.width * from.height * 3} bytes for ${from.width}x${from.height} but received ${rgb.length}`,
    );
  }
  if (from.width === to.width && from.height === to.height) return rgb;
  return method === 'bilinear' ? resizeBilinear(rgb, from, to) : resizeAntialias(rgb, from, to);
}

function resizeBilinear(rgb: Buffer, from: FrameSize, to: FrameSize): Buffer {
  const columns = bilinearWeights(from.width, to.width);
  const rows = bilinearWeights(from.height, to.height);
  const stride = to.width * 3;
  const out = Buffer.allocUnsafeSlow(stride * to.height);
  // Horizontally resized rows, kept while the next output row still needs them.
  let upper = new Int32Array(stride);
  let lower = new Int32Array(stride);
  let upperRow = -1;
  let lowerRow = -1;
  for (let y = 0; y < to.height; y++) {
    const row = rows.first[y]!;
    const next = Math.min(row + 1, from.height - 1);
    if (row === lowerRow) {
      [upper, lower] = [lower, upper];
      [upperRow, lowerRow] = [lowerRow, upperRow];
    }
    if (row !== upperRow) stretchRow(rgb, row * from.width * 3, from.width, columns, upper);
    upperRow = row;
    const below = rows.weights[2 * y + 1]!;
    if (below !== 0 && next !== lowerRow) {
      stretchRow(rgb, next * from.width * 3, from.width, columns, lower);
      lowerRow = next;
    }
    mixRows(upper, lower, rows.weights[2 * y]!, below, out, y * stride);
  }
  return out;
}

/** One input row to output width, with {@link BILINEAR_BITS} fractional bits. */
function stretchRow(rgb: Buffer, start: number, width: number, columns: AxisWeights, out: Int32Array): void {
  const { first, weights } = columns;
  const lastColumn = width - 1;
  for (let x = 0, o = 0; x < first.length; x++, o += 3) {
    const column = first[x]!;
    const a = start + column * 3;
    const b = column < lastColumn ? a + 3 : a;
    const left = weights[2 * x]!;
    const right = weights[2 * x + 1]!;
    out[o] = rgb[a]! * left + rgb[b]! * right;
    out[o + 1] = rgb[a + 1]! * left + rgb[b + 1]! * right;
    out[o + 2] = rgb[a + 2]! * left + rgb[b + 2]! * right;
  }
}

function mixRows(upper: Int32Array, lower: Int32Array, above: number, below: number, out: Buffer, start: number): void {
  const half = 1 << (2 * BILINEAR_BITS - 1);
  if (below === 0) {
    const rounding = 1 << (BILINEAR_BITS - 1);
    for (let i = 0; i < upper.length; i++) out[start + i] = (upper[i]! + rounding) >> BILINEAR_BITS;
    return;
  }
  for (let i = 0; i < upper.length; i++) {
    out[start + i] = (Math.imul(upper[i]!, above) + Math.imul(lower[i]!, below) + half) >> (2 * BILINEAR_BITS);
  }
}

function bilinearWeights(from: number, to: number): AxisWeights {
  const first = new Int32Array(to);
  const weights = new Int32Array(2 * to);
  const one = 1 << BILINEAR_BITS;
  for (let i = 0; i < to; i++) {
    const centre = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    first[i] = Math.floor(centre);
    weights[2 * i + 1] = Math.round((centre - first[i]!) * one);
    weights[2 * i] = one - weights[2 * i + 1]!;
  }
  return { taps: 2, first, weights };
}

function resizeAntialias(rgb: Buffer, from: FrameSize, to: FrameSize): Buffer {
  let picture = rgb;
  if (from.width !== to.width) {
    // Rows are independent: one pass with a pixel step of 3 bytes.
    picture = resample(picture, triangleWeights(from.width, to.width), from.height, 3, from.width * 3, to.width * 3, 1);
  }
  if (from.height !== to.height) {
    const stride = to.width * 3;
    picture = resample(picture, triangleWeights(from.height, to.height), 1, stride, 0, 0, stride / 3);
  }
  return picture;
}

/**
 * Resamples one axis.
 * @param lines independent lines, `lineIn` bytes apart in the input and `lineOut` in the output
 * @param step bytes from one position to the next along the axis
 * @param run pixels side by side at each position that share its weights
 */
function resample(
  input: Buffer,
  { taps, first, weights }: AxisWeights,
  lines: number,
  step: number,
  lineIn: number,
  lineOut: number,
  run: number,
): Buffer {
  const out = Buffer.allocUnsafeSlow(lines * first.length * step);
  const half = 1 << (ANTIALIAS_BITS - 1);
  const width = run * 3;
  const sums = new Int32Array(width);
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < first.length; i++) {
      sums.fill(half);
      for (let tap = 0; tap < taps; tap++) {
        const weight = weights[i * taps + tap]!;
        if (weight === 0) continue;
        const at = line * lineIn + (first[i]! + tap) * step;
        for (let j = 0; j < width; j++) sums[j] = sums[j]! + input[at + j]! * weight;
      }
      const to = line * lineOut + i * step;
      for (let j = 0; j < width; j++) out[to + j] = sums[j]! >> ANTIALIAS_BITS;
    }
  }
  return out;
}

function triangleWeights(from: number, to: number): AxisWeights {
  const scale = from / to;
  const support = Math.max(scale, 1);
  const taps = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(to);
  const weights = new Int32Array(to * taps);
  const one = 1 << ANTIALIAS_BITS;
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const begin = Math.max(Math.floor(centre - support + 0.5), 0);
    const end = Math.min(Math.floor(centre + support + 0.5), from);
    const raw: number[] = [];
    for (let x = begin; x < end; x++) raw.push(Math.max(1 - Math.abs((x + 0.5 - centre) / support), 0));
    const total = raw.reduce((sum, value) => sum + value, 0);
    first[i] = begin;
    raw.forEach((value, tap) => (weights[i * taps + tap] = Math.round((value / total) * one)));
  }
  return { taps, first, weights };
}

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
const HALF = 1 << (ANTIALIAS_BITS - 1);
// Rows between the two axes keep 11 fractional bits, as in OpenCV.
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

// OpenCV drops the lowest bits before and after the multiplication, as its 16-bit vector instructions do; keeping them
// would give other bytes for one pixel in eight.
function mixRows(
  upper: Int32Array,
  lower: Int32Array,
  above: number,
  below: number,
  out: Uint8Array,
  start: number,
): void {
  if (below === 0) {
    const rounding = 1 << (BILINEAR_BITS - 1);
    for (let i = 0; i < upper.length; i++) out[start + i] = (upper[i]! + rounding) >> BILINEAR_BITS;
    return;
  }
  for (let i = 0; i < upper.length; i++) {
    out[start + i] = ((((upper[i]! >> 4) * above) >> 16) + (((lower[i]! >> 4) * below) >> 16) + 2) >> 2;
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
  const narrow = from.width === to.width ? rgb : resampleColumns(rgb, from, to.width);
  return from.height === to.height ? narrow : resampleRows(narrow, to.width, from.height, to.height);
}

function resampleColumns(rgb: Buffer, from: FrameSize, width: number): Buffer {
  const { taps, first, weights } = triangleWeights(from.width, width);
  const out = Buffer.allocUnsafeSlow(width * from.height * 3);
  let o = 0;
  for (let y = 0; y < from.height; y++) {
    const start = y * from.width * 3;
    for (let x = 0; x < width; x++) {
      let [r, g, b] = [HALF, HALF, HALF];
      let at = start + first[x]! * 3;
      for (let k = x * taps; k < (x + 1) * taps && weights[k] !== 0; k++, at += 3) {
        const weight = weights[k]!;
        r += rgb[at]! * weight;
        g += rgb[at + 1]! * weight;
        b += rgb[at + 2]! * weight;
      }
      out[o] = r >> ANTIALIAS_BITS;
      out[o + 1] = g >> ANTIALIAS_BITS;
      out[o + 2] = b >> ANTIALIAS_BITS;
      o += 3;
    }
  }
  return out;
}

function resampleRows(rgb: Buffer, width: number, fromHeight: number, height: number): Buffer {
  const { taps, first, weights } = triangleWeights(fromHeight, height);
  const stride = width * 3;
  const out = Buffer.allocUnsafeSlow(stride * height);
  const sums = new Int32Array(stride);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    let at = first[y]! * stride;
    for (let k = y * taps; k < (y + 1) * taps && weights[k] !== 0; k++, at += stride) {
      const weight = weights[k]!;
      for (let j = 0; j < stride; j++) sums[j] = sums[j]! + rgb[at + j]! * weight;
    }
    const start = y * stride;
    for (let j = 0; j < stride; j++) out[start + j] = sums[j]! >> ANTIALIAS_BITS;
  }
  return out;
}

/** Weights that round to 0 are dropped in front and end the row of taps behind. */
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
    const raw = Array.from({ length: end - begin }, (_, tap) =>
      Math.max(1 - Math.abs((begin + tap + 0.5 - centre) / support), 0),
    );
    const total = raw.reduce((sum, value) => sum + value, 0);
    const fixed = raw.map((value) => Math.round((value / total) * one));
    const skipped = fixed.findIndex((weight) => weight !== 0);
    first[i] = begin + skipped;
    weights.set(fixed.slice(skipped), i * taps);
  }
  return { taps, first, weights };
}

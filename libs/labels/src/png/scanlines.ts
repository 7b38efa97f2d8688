import { corrupt, PngHeader } from './png-chunks';

/** One pass of an image: pixel (x, y) of the pass is pixel (left + x * stepX, top + y * stepY) of the image. */
interface Pass {
  left: number;
  top: number;
  stepX: number;
  stepY: number;
  width: number;
  height: number;
  /** Bytes of one row without its filter byte. */
  rowBytes: number;
}

/** Adam7: left, top, stepX, stepY of the seven passes (PNG specification, section 8.2). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

const SAMPLES_PER_PIXEL: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

export const samplesPerPixel = (header: PngHeader): number => SAMPLES_PER_PIXEL[header.colourType];

export function passesOf(header: PngHeader): Pass[] {
  const bitsPerPixel = header.bitDepth * samplesPerPixel(header);
  return (header.interlaced ? ADAM7 : [[0, 0, 1, 1]])
    .map(([left, top, stepX, stepY]) => {
      const width = Math.ceil((header.width - left) / stepX);
      const height = Math.ceil((header.height - top) / stepY);
      return { left, top, stepX, stepY, width, height, rowBytes: Math.ceil((width * bitsPerPixel) / 8) };
    })
    .filter((pass) => pass.width > 0 && pass.height > 0);
}

/** Bytes that the inflated image data must have, filter bytes included. */
export const scanlineBytes = (passes: Pass[]): number =>
  passes.reduce((sum, pass) => sum + pass.height * (pass.rowBytes + 1), 0);

/** Undoes the filter of one row in place. `row` and `above` exclude the filter byte; `above` is null on a first row. */
function unfilterRow(filter: number, row: Uint8Array, above: Uint8Array | null, pixelBytes: number): void {
  const n = row.length;
  switch (filter) {
    case 0:
      return;
    case 1:
      for (let i = pixelBytes; i < n; i++) row[i] += row[i - pixelBytes];
      return;
    case 2:
      if (above) for (let i = 0; i < n; i++) row[i] += above[i];
      return;
    case 3:
      for (let i = 0; i < n; i++) {
        const left = i < pixelBytes ? 0 : row[i - pixelBytes];
        row[i] += (left + (above ? above[i] : 0)) >> 1;
      }
      return;
    case 4:
      for (let i = 0; i < n; i++) {
        const a = i < pixelBytes ? 0 : row[i - pixelBytes];
        const b = above ? above[i] : 0;
        const c = i < pixelBytes || !above ? 0 : above[i - pixelBytes];
        const pa = b > c ? b - c : c - b;
        const pb = a > c ? a - c : c - a;
        const pc = a + b > c + c ? a + b - c - c : c + c - a - b;
        row[i] += pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
      }
      return;
    default:
      throw corrupt(`a row has the unknown filter ${filter}`);
  }
}

/**
 * Scanlines to samples.
 * @param scanlines inflated image data, `scanlineBytes(passes)` long; overwritten
 * @returns one byte per sample, unscaled (a 2-bit sample is 0..3), height x width x samplesPerPixel, row-major; of a
 *   16-bit image two bytes per sample, the high one first
 */
export function samplesOf(scanlines: Uint8Array, header: PngHeader, passes: Pass[]): Uint8Array {
  // Two bytes of a 16-bit sample are treated as two samples.
  const channels = samplesPerPixel(header) * (header.bitDepth === 16 ? 2 : 1);
  const bitDepth = Math.min(8, header.bitDepth);
  const samples = new Uint8Array(header.width * header.height * channels);
  const mask = (1 << bitDepth) - 1;
  const samplesPerByte = 8 / bitDepth;
  let at = 0;
  for (const pass of passes) {
    let above: Uint8Array | null = null;
    for (let y = 0; y < pass.height; y++) {
      const row = scanlines.subarray(at + 1, at + 1 + pass.rowBytes);
      unfilterRow(scanlines[at], row, above, Math.max(1, (bitDepth * channels) >> 3));
      const out = (pass.top + y * pass.stepY) * header.width * channels;
      if (bitDepth === 8 && pass.stepX === 1) samples.set(row, out);
      else if (bitDepth === 8) {
        for (let x = 0; x < pass.width; x++) {
          const to = out + (pass.left + x * pass.stepX) * channels;
          for (let c = 0; c < channels; c++) samples[to + c] = row[x * channels + c];
        }
      } else {
        // Below 8 bits there is one sample per pixel, the leftmost in the highest bits.
        for (let x = 0; x < pass.width; x++) {
          const shift = 8 - bitDepth * ((x % samplesPerByte) + 1);
          samples[out + pass.left + x * pass.stepX] = (row[(x / samplesPerByte) | 0] >> shift) & mask;
        }
      }
      above = row;
      at += pass.rowBytes + 1;
    }
  }
  return samples;
}

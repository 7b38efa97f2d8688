import { CodedError } from '@propago/contracts';

/** A binary mask in COCO's compressed run-length form: column-major runs, zeros first. */
export interface Rle {
  /** [height, width] in pixels. */
  size: [number, number];
  counts: string;
}

/**
 * Runs to COCO's text: run i is written as its difference to run i-2 (from the fourth run on), in groups of 5 bits,
 * lowest first, 0x20 set when another follows, plus 48. The last group's 0x10 is the sign.
 */
function packCounts(runs: number[]): string {
  const codes: number[] = [];
  for (let i = 0; i < runs.length; i++) {
    let value = i > 2 ? runs[i] - runs[i - 2] : runs[i];
    for (let more = true; more;) {
      const group = value & 0x1f;
      value >>= 5;
      more = group & 0x10 ? value !== -1 : value !== 0;
      codes.push((more ? group | 0x20 : group) + 48);
    }
  }
  return Buffer.from(codes).toString('latin1');
}

/** The run lengths, zeros first, down the columns. @throws CodedError MASK_CORRUPT when the text is not an RLE of its size */
export function rleRuns(rle: Rle): number[] {
  const [height, width] = rle.size;
  const runs: number[] = [];
  let total = 0;
  for (let at = 0; at < rle.counts.length;) {
    let value = 0;
    for (let shift = 0, more = true; more; shift += 5) {
      const code = rle.counts.charCodeAt(at++) - 48;
      // Seven groups hold 35 bits, more than any run of a 32-bit image size needs.
      if (!(code >= 0 && code < 64) || shift > 30) throw invalid('it has a character that does not belong there');
      value |= (code & 0x1f) << shift;
      more = (code & 0x20) !== 0;
      if (!more && code & 0x10 && shift < 27) value |= -1 << (shift + 5);
    }
    if (runs.length > 2) value += runs[runs.length - 2];
    if (value < 0) throw invalid('it has a negative run');
    runs.push(value);
    total += value;
  }
  if (total !== height * width) throw invalid(`its runs cover ${total} of ${height * width} pixels`);
  return runs;
}

const invalid = (detail: string): CodedError => new CodedError('MASK_CORRUPT', `The RLE is damaged: ${detail}.`);

/**
 * One RLE per class, from a single pass over the label map.
 * @param labels height x width, row-major class ids
 * @returns in the order of `classIds`; a class without pixels gives one run of zeros
 */
export function encodeRles(labels: Uint8Array, size: { width: number; height: number }, classIds: number[]): Rle[] {
  const { width, height } = size;
  if (labels.length !== width * height) {
    throw new RangeError(`Expected ${width}x${height} labels but received ${labels.length}`);
  }
  const runs = new Map(classIds.map((id) => [id, { counts: [] as number[], end: 0 }]));
  const close = (label: number, start: number, end: number): void => {
    const found = runs.get(label);
    if (!found) return;
    found.counts.push(start - found.end, end - start);
    found.end = end;
  };
  let start = 0;
  let current = labels[0];
  let position = 0;
  for (let x = 0; x < width; x++) {
    for (let at = x; at < labels.length; at += width, position++) {
      if (labels[at] === current) continue;
      close(current, start, position);
      current = labels[at];
      start = position;
    }
  }
  close(current, start, position);
  return classIds.map((id) => {
    const { counts, end } = runs.get(id)!;
    if (end < position || counts.length === 0) counts.push(position - end);
    return { size: [height, width], counts: packCounts(counts) };
  });
}

/** The RLE of the pixels with one class id; see {@link encodeRles}. */
export function encodeRle(labels: Uint8Array, width: number, height: number, classId: number): Rle {
  return encodeRles(labels, { width, height }, [classId])[0];
}

/**
 * @returns height x width, row-major, 1 inside the mask
 * @throws CodedError MASK_CORRUPT when the text is not an RLE of that size
 */
export function decodeRle(rle: Rle): Uint8Array {
  const [height, width] = rle.size;
  const mask = new Uint8Array(height * width);
  paintRle(rle, mask, 1);
  return mask;
}

/**
 * Run lengths that were written as numbers.
 * @param size [height, width] in px
 * @throws CodedError MASK_CORRUPT when they do not cover the picture
 */
export function rleOfRuns(size: [number, number], runs: readonly number[]): Rle {
  const total = runs.reduce((sum, run) => sum + run, 0);
  if (total !== size[0] * size[1]) throw invalid(`its runs cover ${total} of ${size[0] * size[1]} pixels`);
  return { size, counts: packCounts([...runs]) };
}

/** The RLE of a mask without a pixel. */
export const emptyRle = (width: number, height: number): Rle => ({
  size: [height, width],
  counts: packCounts([width * height]),
});

/**
 * Writes a value to every pixel inside the mask; the cost is that of the mask's area.
 * @param into height x width, row-major, of the mask's size
 * @throws CodedError MASK_CORRUPT
 */
export function paintRle(rle: Rle, into: Uint8Array | Uint16Array, value: number): void {
  const [height, width] = rle.size;
  let position = 0;
  rleRuns(rle).forEach((run, i) => {
    if (i % 2 === 1) {
      for (let p = position; p < position + run; p++) into[(p % height) * width + Math.floor(p / height)] = value;
    }
    position += run;
  });
}

/** A mask cut out along its bounding box. */
export interface MaskCrop {
  /** Of the box in the picture, px. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** height x width of the box, row-major, 1 inside the mask. */
  pixels: Uint8Array;
}

/** The part of the picture that the mask lies in; 0 x 0 where it is empty. @throws CodedError MASK_CORRUPT */
export function cropRle(rle: Rle): MaskCrop {
  const [x, y, width, height] = rleBounds(rle);
  const pixels = new Uint8Array(width * height);
  const rows = rle.size[0];
  let position = 0;
  rleRuns(rle).forEach((run, i) => {
    if (i % 2 === 1) {
      for (let p = position; p < position + run; p++) {
        pixels[((p % rows) - y) * width + Math.floor(p / rows) - x] = 1;
      }
    }
    position += run;
  });
  return { x, y, width, height, pixels };
}

/** Mean of the pixel centres inside the mask, [x, y] in px, the first pixel's at 0.5; null when empty. @throws CodedError MASK_CORRUPT */
export function rleCentroid(rle: Rle): [number, number] | null {
  const [height] = rle.size;
  let [sumX, sumY, count, position] = [0, 0, 0, 0];
  rleRuns(rle).forEach((run, i) => {
    if (i % 2 === 1) {
      for (let p = position; p < position + run; p++) {
        sumX += Math.floor(p / height);
        sumY += p % height;
      }
      count += run;
    }
    position += run;
  });
  return count === 0 ? null : [sumX / count + 0.5, sumY / count + 0.5];
}

/** Pixels inside the mask. @throws CodedError MASK_CORRUPT */
export const rleArea = (rle: Rle): number => rleRuns(rle).reduce((sum, run, i) => (i % 2 === 1 ? sum + run : sum), 0);

/** The mask's bounding box as COCO writes it, [x, y, width, height] in pixels; all 0 when empty. @throws CodedError MASK_CORRUPT */
export function rleBounds(rle: Rle): [number, number, number, number] {
  const [height] = rle.size;
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  let position = 0;
  rleRuns(rle).forEach((run, i) => {
    if (i % 2 === 1 && run > 0) {
      const [first, last] = [position, position + run - 1];
      const [x0, x1] = [Math.floor(first / height), Math.floor(last / height)];
      left = Math.min(left, x0);
      right = Math.max(right, x1);
      // A run that goes on into the next column touches both the bottom and the top.
      top = Math.min(top, x0 === x1 ? first % height : 0);
      bottom = Math.max(bottom, x0 === x1 ? last % height : height - 1);
    }
    position += run;
  });
  return right < 0 ? [0, 0, 0, 0] : [left, top, right - left + 1, bottom - top + 1];
}

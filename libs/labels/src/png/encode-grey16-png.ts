import { deflateSync } from 'node:zlib';
import { pngOf } from './png-file';

/** What a grey PNG of 16 bits is written from. */
export interface Grey16Image {
  width: number;
  height: number;
  /** height x width, row-major. */
  values: Uint16Array;
}

/**
 * Writes a grey PNG with 16 bits per sample, the format of MOTS. The same image gives the same bytes.
 * @throws RangeError when `values` does not have the stated shape
 */
export function encodeGrey16Png({ width, height, values }: Grey16Image): Buffer {
  if (width < 1 || height < 1 || values.length !== width * height) {
    throw new RangeError(`Expected ${width}x${height} values but received ${values.length}`);
  }
  // Filter 0 before each row.
  const rows = Buffer.alloc(height * (2 * width + 1));
  for (let y = 0, at = 0; y < height; y++) {
    at++;
    for (let i = y * width; i < (y + 1) * width; i++) {
      const value = values[i]!;
      rows[at++] = value >> 8;
      rows[at++] = value & 0xff;
    }
  }
  // The bytes of a run alternate, which zlib's strategy for runs does not see.
  const data = deflateSync(rows, { level: 1 });
  return pngOf({ width, height, bitDepth: 16, colourType: 0 }, [['IDAT', data]]);
}

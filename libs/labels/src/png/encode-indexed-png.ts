import { constants, deflateSync } from 'node:zlib';
import { pngOf } from './png-file';

/** What an indexed PNG is written from. */
export interface IndexedImage {
  width: number;
  height: number;
  /** height x width, row-major, one palette index per pixel. */
  indices: Uint8Array;
  /** RGB triples, 1 to 256 of them. */
  palette: Uint8Array;
}

/**
 * Writes an 8-bit palette PNG, the format of DAVIS masks. The same image gives the same bytes.
 * Rows are unfiltered and only runs are looked for: label maps consist of runs, so this takes less than half the bytes of
 * zlib's level 1 in the same time. The palette is whole, so that every id has its colour in every frame's file.
 * @throws RangeError when `indices` or `palette` does not have the stated shape
 */
export function encodeIndexedPng(image: IndexedImage): Buffer {
  const { width, height, indices, palette } = image;
  if (width < 1 || height < 1 || indices.length !== width * height) {
    throw new RangeError(`Expected ${width}x${height} indices but received ${indices.length}`);
  }
  if (palette.length === 0 || palette.length % 3 !== 0 || palette.length > 768) {
    throw new RangeError(`Expected a palette of 1 to 256 RGB triples but received ${palette.length} bytes`);
  }
  const rows = Buffer.allocUnsafe(height * (width + 1));
  for (let y = 0; y < height; y++) {
    const at = y * (width + 1);
    rows[at] = 0;
    rows.set(indices.subarray(y * width, (y + 1) * width), at + 1);
  }
  const data = deflateSync(rows, { strategy: constants.Z_RLE });
  return pngOf({ width, height, bitDepth: 8, colourType: 3 }, [
    ['PLTE', palette],
    ['IDAT', data],
  ]);
}

import { constants, crc32, deflateSync } from 'node:zlib';

/** What an indexed PNG is written from. */
export interface IndexedImage {
  width: number;
  height: number;
  /** height x width, row-major, one palette index per pixel. */
  indices: Uint8Array;
  /** RGB triples, 1 to 256 of them. */
  palette: Uint8Array;
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const END = chunk('IEND', Buffer.alloc(0));

function chunk(type: string, body: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(12 + body.length);
  out.writeUInt32BE(body.length, 0);
  out.write(type, 4, 'latin1');
  out.set(body, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length);
  return out;
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
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const rows = Buffer.allocUnsafe(height * (width + 1));
  for (let y = 0; y < height; y++) {
    const at = y * (width + 1);
    rows[at] = 0;
    rows.set(indices.subarray(y * width, (y + 1) * width), at + 1);
  }
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(rows, { strategy: constants.Z_RLE })),
    END,
  ]);
}

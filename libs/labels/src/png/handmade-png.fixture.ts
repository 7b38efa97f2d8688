import { crc32, deflateSync } from 'node:zlib';

/** A PNG chunk with a correct length and CRC. */
export function chunk(type: string, body: Uint8Array): Buffer {
  const out = Buffer.alloc(12 + body.length);
  out.writeUInt32BE(body.length, 0);
  out.write(type, 4, 'latin1');
  out.set(body, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length);
  return out;
}

export interface HandmadePng {
  width: number;
  height: number;
  bitDepth: number;
  colourType: number;
  interlace?: number;
  palette?: number[];
  /** Scanlines before deflate, filter bytes included. */
  scanlines: Uint8Array | number[];
}

export function header({ width, height, bitDepth, colourType, interlace = 0 }: Omit<HandmadePng, 'scanlines'>): Buffer {
  const body = Buffer.alloc(13);
  body.writeUInt32BE(width, 0);
  body.writeUInt32BE(height, 4);
  body.set([bitDepth, colourType, 0, 0, interlace], 8);
  return chunk('IHDR', body);
}

export const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A PNG written by hand, so that tests can have what encoders do not write. */
export function handmadePng(image: HandmadePng): Buffer {
  return Buffer.concat([
    SIGNATURE,
    header(image),
    ...(image.palette ? [chunk('PLTE', Uint8Array.from(image.palette))] : []),
    chunk('IDAT', deflateSync(Uint8Array.from(image.scanlines))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** An 8-bit grey PNG of the given pixels. */
export function greyPng(width: number, pixels: number[]): Buffer {
  const scanlines = pixels.flatMap((value, i) => (i % width === 0 ? [0, value] : [value]));
  return handmadePng({ width, height: pixels.length / width, bitDepth: 8, colourType: 0, scanlines });
}

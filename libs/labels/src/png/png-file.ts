import { crc32 } from 'node:zlib';

/** What the first chunk of a PNG says; nothing is interlaced. */
export interface WrittenHeader {
  width: number;
  height: number;
  /** 8 or 16. */
  bitDepth: number;
  /** 0 grey, 3 palette. */
  colourType: number;
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** The bytes of a PNG. @param chunks between the first and the last one, each as its type and its content */
export function pngOf({ width, height, bitDepth, colourType }: WrittenHeader, chunks: [string, Uint8Array][]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bitDepth, colourType, 0, 0, 0], 8);
  const all: [string, Uint8Array][] = [['IHDR', header], ...chunks, ['IEND', Buffer.alloc(0)]];
  return Buffer.concat([SIGNATURE, ...all.map(([type, content]) => chunk(type, content))]);
}

function chunk(type: string, content: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(12 + content.length);
  out.writeUInt32BE(content.length, 0);
  out.write(type, 4, 'latin1');
  out.set(content, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + content.length)), 8 + content.length);
  return out;
}

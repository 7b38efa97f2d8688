import { crc32 } from 'node:zlib';
import { CodedError } from '@propago/contracts';
import { notPng } from './foreign-file';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Length, type and CRC: what every chunk has besides its data. */
const CHUNK_OVERHEAD = 12;

/** What IHDR says. `width` and `height` in pixels, not yet checked against any limit. */
export interface PngHeader {
  width: number;
  height: number;
  bitDepth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGBA. */
  colourType: number;
  interlaced: boolean;
}

/** The chunks of a PNG file that are looked at, those that a decoder must know first; `data` are the IDAT payloads in file order, views on the input. */
export interface PngChunks {
  header: PngHeader;
  palette: Uint8Array | null;
  data: Uint8Array[];
  /** The EXIF data of eXIf; null where the file has none. */
  exif: Uint8Array | null;
}

export const corrupt = (detail: string, cause?: unknown): CodedError =>
  new CodedError('MASK_CORRUPT', `The mask PNG is damaged: ${detail}.`, { cause });

function parseHeader(chunk: Uint8Array): PngHeader {
  if (chunk.length !== 13) throw corrupt(`its header has ${chunk.length} bytes instead of 13`);
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [bitDepth, colourType, compression, filter, interlace] = chunk.subarray(8);
  if (width === 0 || height === 0) throw corrupt(`its size is ${width}x${height}`);
  if (compression !== 0 || filter !== 0 || interlace > 1) throw corrupt('its header names an unknown coding method');
  const depths: Record<number, number[]> = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] };
  if (!depths[colourType]?.includes(bitDepth)) {
    throw corrupt(`colour type ${colourType} with ${bitDepth} bits per sample does not exist`);
  }
  return { width, height, bitDepth, colourType, interlaced: interlace === 1 };
}

/**
 * Splits a PNG file into its critical chunks, checking signature, order, lengths and CRCs; nothing is inflated.
 * Source: PNG specification, third edition, sections 5 and 11.
 * @param onHeader runs as soon as IHDR is read, so that limits refuse a file before the rest of it is looked at
 * @throws CodedError MASK_NOT_PNG without the signature, MASK_CORRUPT for everything else
 */
export function readChunks(file: Uint8Array, onHeader: (header: PngHeader) => void): PngChunks {
  if (file.length < SIGNATURE.length || SIGNATURE.some((byte, i) => file[i] !== byte)) {
    throw notPng(file);
  }
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  let header: PngHeader | null = null;
  let palette: Uint8Array | null = null;
  let exif: Uint8Array | null = null;
  const data: Uint8Array[] = [];
  let previous = '';
  for (let at = SIGNATURE.length; ;) {
    if (at + CHUNK_OVERHEAD > file.length) throw corrupt('it ends before its last chunk');
    const length = view.getUint32(at);
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    if (!/^[A-Za-z]{4}$/.test(type)) throw corrupt('a chunk has an invalid type');
    if (at + CHUNK_OVERHEAD + length > file.length) throw corrupt(`its ${type} chunk is cut off`);
    const body = file.subarray(at + 8, at + 8 + length);
    if (crc32(file.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      throw corrupt(`the checksum of its ${type} chunk does not match`);
    }
    if ((header === null) !== (type === 'IHDR')) throw corrupt('IHDR must be the first chunk and stand once');
    if (type === 'IHDR') onHeader((header = parseHeader(body)));
    else if (type === 'PLTE') {
      if (palette !== null || data.length > 0) throw corrupt('PLTE must stand once and before the image data');
      if (length === 0 || length % 3 !== 0 || length > 768) throw corrupt(`its palette has ${length} bytes`);
      palette = body;
    } else if (type === 'IDAT') {
      if (data.length > 0 && previous !== 'IDAT') throw corrupt('its image data is interrupted by another chunk');
      data.push(body);
    } else if (type === 'eXIf') exif = body;
    else if (type === 'IEND') break;
    // A lower-case first letter marks a chunk that a decoder may ignore.
    else if (type[0] === type[0].toUpperCase()) throw corrupt(`it needs the unknown chunk ${type}`);
    previous = type;
    at += CHUNK_OVERHEAD + length;
  }
  if (data.length === 0) throw corrupt('it has no image data');
  if (header === null) throw corrupt('it has no header');
  if (header.colourType === 3 && palette === null) throw corrupt('it has no palette');
  return { header, palette, data, exif };
}

import { crc32 } from 'node:zlib';
import { CodedError } from '@propago/contracts';

/** rgb24 frames at the encoder's input size: frames x height x width x 3. */
export interface FramesHeader {
  kind: 'frames';
  firstFrame: number;
  frames: number;
  width: number;
  height: number;
}

/** L2-normalised patch features: frames x (rows * cols) x dim, row-major, little endian. */
export interface FeaturesHeader {
  kind: 'features';
  firstFrame: number;
  frames: number;
  rows: number;
  cols: number;
  dim: number;
  dtype: 'float16' | 'float32';
  encoderSha256: string;
}

/** Soft labels: frames x (rows * cols) x classes, float32, little endian; of masks, class 0 is the background. */
export interface LabelsHeader {
  kind: 'labels';
  /** The smallest; frames are in their order in the video, whatever the direction of their pass. */
  firstFrame: number;
  frames: number;
  rows: number;
  cols: number;
  classes: number;
}

export type SegmentHeader = FramesHeader | FeaturesHeader | LabelsHeader;
type HeaderOf<K extends SegmentHeader['kind']> = Extract<SegmentHeader, { kind: K }>;

const MAGIC = 'PGSG';
const VERSION = 1;
const PREFIX_BYTES = 16;
// Payloads start at a multiple of this, so that they can be viewed as typed arrays in place.
const ALIGNMENT = 64;
/** Of the largest element, float32. */
const ELEMENT_BYTES = 4;

/** Bytes of the payload that a header announces. */
export function payloadBytes(header: SegmentHeader): number {
  switch (header.kind) {
    case 'frames':
      return header.frames * header.height * header.width * 3;
    case 'features':
      return header.frames * header.rows * header.cols * header.dim * (header.dtype === 'float16' ? 2 : 4);
    case 'labels':
      return header.frames * header.rows * header.cols * header.classes * 4;
  }
}

/**
 * A segment as one file: magic, version, header length, CRC-32 of all that follows, JSON header, padding, payload.
 * @param payload parts of the payload, in order; their length must be what the header announces
 */
export function encodeSegment(header: SegmentHeader, payload: readonly ArrayBufferView[]): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const payloadStart = align(PREFIX_BYTES + json.length);
  const expected = payloadBytes(header);
  const file = Buffer.alloc(payloadStart + expected);
  let offset = payloadStart;
  for (const part of payload) {
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    offset += bytes.copy(file, offset);
  }
  const given = payload.reduce((sum, part) => sum + part.byteLength, 0);
  if (given !== expected) throw new Error(`Expected ${expected} payload bytes for ${json} but received ${given}.`);
  file.write(MAGIC, 0, 'latin1');
  file.writeUInt32LE(VERSION, 4);
  file.writeUInt32LE(json.length, 8);
  json.copy(file, PREFIX_BYTES);
  file.writeUInt32LE(crc32(file.subarray(PREFIX_BYTES)), 12);
  return file;
}

/**
 * Reads a segment file. The payload is a view into the given bytes, or a copy where they do not lie at an address that
 * typed arrays can start at.
 * @param name what to call the file in an error
 * @throws CodedError BLOB_INVALID when the file is truncated, damaged, or of another kind
 */
export function decodeSegment<K extends SegmentHeader['kind']>(
  kind: K,
  bytes: Buffer,
  name: string,
): { header: HeaderOf<K>; payload: Uint8Array<ArrayBuffer> } {
  const invalid = (why: string) => new CodedError('BLOB_INVALID', `${name}: ${why}.`);
  if (bytes.length < PREFIX_BYTES || bytes.toString('latin1', 0, 4) !== MAGIC) throw invalid('not a segment file');
  if (bytes.readUInt32LE(4) !== VERSION) throw invalid(`version ${bytes.readUInt32LE(4)}, expected ${VERSION}`);
  if (crc32(bytes.subarray(PREFIX_BYTES)) !== bytes.readUInt32LE(12)) throw invalid('truncated or damaged');
  const headerBytes = bytes.readUInt32LE(8);
  const header = JSON.parse(bytes.toString('utf8', PREFIX_BYTES, PREFIX_BYTES + headerBytes)) as SegmentHeader;
  if (header.kind !== kind) throw invalid(`a ${header.kind} segment, expected ${kind}`);
  const start = align(PREFIX_BYTES + headerBytes);
  if (bytes.length - start !== payloadBytes(header)) throw invalid('its payload is not of the announced size');
  const view = new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset + start, bytes.length - start);
  const payload = view.byteOffset % ELEMENT_BYTES === 0 ? view : view.slice();
  return { header: header as HeaderOf<K>, payload };
}

function align(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}

/** Elements of a payload in place. */
export function asFloat32(payload: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  return new Float32Array(payload.buffer, payload.byteOffset, payload.byteLength / 4);
}

/** Bits of the float16 elements of a payload in place. */
export function asFloat16Bits(payload: Uint8Array<ArrayBuffer>): Uint16Array<ArrayBuffer> {
  return new Uint16Array(payload.buffer, payload.byteOffset, payload.byteLength / 2);
}

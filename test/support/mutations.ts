import { crc32 } from 'node:zlib';
import { oneOf } from './random-corrections';

/** A part of a file that says how long it is: a box, an element, a chunk, a field. Offsets into the file. */
interface Piece {
  start: number;
  /** Where its content starts. */
  content: number;
  end: number;
}

type Random = () => number;
const below = (next: Random, count: number): number => Math.floor(next() * count);

/** Boxes of an MP4, also those within boxes. */
export function boxes(bytes: Buffer, start = 0, end = bytes.length): Piece[] {
  const pieces: Piece[] = [];
  for (let at = start; at + 8 <= end;) {
    const size = bytes.readUInt32BE(at);
    const stop = at + size;
    if (size < 8 || stop > end) break;
    pieces.push({ start: at, content: at + 8, end: stop });
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (/^(moov|trak|mdia|minf|stbl|edts|dinf|mvex|moof|traf)$/.test(type)) pieces.push(...boxes(bytes, at + 8, stop));
    // An entry count stands before the boxes of a sample description.
    if (type === 'stsd') pieces.push(...boxes(bytes, at + 16, stop));
    at = stop;
  }
  return pieces;
}

/** EBML ids of elements that hold elements: Segment, Tracks, TrackEntry, Video, Cluster, BlockGroup, Cues, SeekHead, Info. */
const MASTERS = [0x18538067, 0x1654ae6b, 0xae, 0xe0, 0x1f43b675, 0xa0, 0x1c53bb6b, 0x114d9b74, 0x1549a966, 0x1a45dfa3];

/** Elements of a Matroska file, also those within elements. */
export function elements(bytes: Buffer, start = 0, end = bytes.length): Piece[] {
  const pieces: Piece[] = [];
  for (let at = start; at < end;) {
    const idBytes = Math.clz32(bytes[at]!) - 23;
    const sizeAt = at + idBytes;
    if (idBytes > 4 || sizeAt >= end) break;
    const sizeBytes = Math.clz32(bytes[sizeAt]!) - 23;
    const content = sizeAt + sizeBytes;
    if (sizeBytes > 8 || content > end) break;
    let size = bytes[sizeAt]! & (0xff >> sizeBytes);
    for (let i = 1; i < sizeBytes; i++) size = size * 256 + bytes[sizeAt + i]!;
    // An unknown length, or one beyond the end, reaches to the end.
    const stop = Math.min(content + size, end);
    pieces.push({ start: at, content, end: stop });
    if (MASTERS.includes(bytes.readUIntBE(at, idBytes))) pieces.push(...elements(bytes, content, stop));
    at = stop;
  }
  return pieces;
}

const PNG_SIGNATURE_BYTES = 8;

/** Chunks of a PNG. */
export function chunks(bytes: Buffer): Piece[] {
  const pieces: Piece[] = [];
  for (let at = PNG_SIGNATURE_BYTES; at + 12 <= bytes.length;) {
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    pieces.push({ start: at, content: at + 8, end });
    at = end;
  }
  return pieces;
}

/** Gives every chunk the checksum of what it holds, so that the damage is not found by that alone. */
export function withChecksums(bytes: Buffer): Buffer {
  const mended = Buffer.from(bytes);
  for (const { start, end } of chunks(mended)) {
    mended.writeUInt32BE(crc32(mended.subarray(start + 4, end - 4)), end - 4);
  }
  return mended;
}

/** Headers of the files of a zip and of its directory, each with its content up to the next one. */
export function zipRecords(bytes: Buffer): Piece[] {
  const starts: number[] = [];
  for (let at = bytes.indexOf('PK'); at >= 0; at = bytes.indexOf('PK', at + 1)) starts.push(at);
  return starts.map((start, i) => ({
    start,
    content: Math.min(start + 30, bytes.length),
    end: starts[i + 1] ?? bytes.length,
  }));
}

/** Fields of a protobuf message that hold bytes, also those within fields that look like messages. */
export function fields(bytes: Buffer, start = 0, end = bytes.length, depth = 0): Piece[] {
  const pieces: Piece[] = [];
  for (let at = start; at < end;) {
    const [key, afterKey] = varintAt(bytes, at, end);
    const [value, afterValue] = varintAt(bytes, afterKey, end);
    const stop = [afterValue, afterKey + 8, afterValue + value, NaN, NaN, afterKey + 4][key % 8] ?? NaN;
    if (!(stop <= end)) return pieces;
    pieces.push({ start: at, content: key % 8 === 2 ? afterValue : afterKey, end: stop });
    if (key % 8 === 2 && depth < 4) pieces.push(...fields(bytes, afterValue, stop, depth + 1));
    at = stop;
  }
  return pieces;
}

function varintAt(bytes: Buffer, at: number, end: number): [value: number, after: number] {
  let value = 0;
  for (let i = 0; i < 8 && at + i < end; i++) {
    value += (bytes[at + i]! & 0x7f) * 2 ** (7 * i);
    if (bytes[at + i]! < 0x80) return [value, at + i + 1];
  }
  return [NaN, NaN];
}

const EDGES = [0, 1, 7, 8, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** One to three changes of pieces: left out, doubled, moved, cut, with edge values in head or content, or with bits flipped. */
export function mutateFile(bytes: Buffer, piecesOf: (bytes: Buffer) => Piece[], next: Random): Buffer {
  let changed: Buffer = Buffer.from(bytes);
  for (let changes = 1 + below(next, 3); changes > 0; changes--) {
    const pieces = piecesOf(changed);
    const whole = { start: 0, content: 0, end: changed.length };
    changed = changeOne(changed, oneOf(next, pieces.length > 0 ? pieces : [whole]), next);
  }
  return changed;
}

function changeOne(bytes: Buffer, { start, content, end }: Piece, next: Random): Buffer {
  const [before, piece, after] = [bytes.subarray(0, start), bytes.subarray(start, end), bytes.subarray(end)];
  const inPiece = (from: number, to: number): Buffer => {
    const copy = Buffer.from(bytes);
    const at = from + below(next, Math.max(1, to - from - 3));
    if (at + 4 <= copy.length) copy.writeUInt32BE(oneOf(next, EDGES), at);
    return copy;
  };
  switch (below(next, 8)) {
    case 0:
      return Buffer.concat([before, after]);
    case 1:
      return Buffer.concat([before, piece, piece, after]);
    case 2:
      return Buffer.concat([piece, before, after]);
    case 3:
      return bytes.subarray(0, start + below(next, end - start));
    case 4:
      return inPiece(start, content);
    case 5:
    case 6:
      return inPiece(content, end);
    default: {
      const copy = Buffer.from(bytes);
      for (let flips = 1 + below(next, 8); flips > 0; flips--)
        copy[start + below(next, end - start)]! ^= 1 << below(next, 8);
      return copy;
    }
  }
}

/** Values that programs trip over. */
const ODD: readonly unknown[] = [
  ...[null, true, '', ' ', 'x', '\0', '\ud800', '../..', '__proto__', '%00', 'NaN', '1e999', 'x'.repeat(5000)],
  ...[0, -0, -1, 0.5, 1e-320, 2 ** 31, 2 ** 53, 1e308, -1e308],
  ...[[], {}, [[]], [null], JSON.parse('{"__proto__":null}') as unknown, Array.from({ length: 200 }, (_, i) => i)],
];

/** A value with one to three places changed: another value, a member left out, doubled, or one that nobody knows. */
export function mutateValue(value: unknown, next: Random): unknown {
  let changed = value;
  for (let changes = 1 + below(next, 3); changes > 0; changes--) changed = changePlace(changed, next);
  return changed;
}

function changePlace(value: unknown, next: Random): unknown {
  const isLeaf = typeof value !== 'object' || value === null || Object.keys(value).length === 0;
  if (isLeaf || next() < 0.2) return oneOf(next, ODD);
  if (Array.isArray(value)) {
    const at = below(next, value.length);
    if (next() < 0.2) return value.filter((_, i) => i !== at);
    if (next() < 0.2) return [...value, value[at]];
    return value.map((item, i) => (i === at ? changePlace(item, next) : item));
  }
  const entries = Object.entries(value as object);
  const at = below(next, entries.length);
  if (next() < 0.15) return Object.fromEntries(entries.filter((_, i) => i !== at));
  if (next() < 0.15) return Object.fromEntries([...entries, [String(oneOf(next, ODD)), oneOf(next, ODD)]]);
  return Object.fromEntries(entries.map(([key, item], i) => [key, i === at ? changePlace(item, next) : item]));
}

/** JSON text of a changed value, sometimes not even that. */
export function mutateJson(value: unknown, next: Random): string {
  const text = JSON.stringify(mutateValue(value, next)) ?? '';
  if (next() < 0.85) return text;
  const at = below(next, text.length + 1);
  return text.slice(0, at) + oneOf(next, ['', '{', ']', '"', ',', '\\u', 'NaN', '[['.repeat(5000)]) + text.slice(at);
}

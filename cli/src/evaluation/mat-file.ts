import { inflateSync } from 'node:zlib';

/** A real matrix of a MAT file, in its order: the first dimension goes fastest. */
export interface Matrix {
  dimensions: number[];
  values: Float64Array;
}

const HEADER_BYTES = 128;
/** Data types of the format. */
const MATRIX = 14;
const COMPRESSED = 15;
/** Array classes that hold numbers: double, single, and integers of 8 to 64 bits. */
const NUMERIC_CLASSES = { first: 6, last: 15 };

const READERS: Record<number, { bytes: number; read: (from: Buffer, at: number) => number }> = {
  1: { bytes: 1, read: (from, at) => from.readInt8(at) },
  2: { bytes: 1, read: (from, at) => from.readUInt8(at) },
  3: { bytes: 2, read: (from, at) => from.readInt16LE(at) },
  4: { bytes: 2, read: (from, at) => from.readUInt16LE(at) },
  5: { bytes: 4, read: (from, at) => from.readInt32LE(at) },
  6: { bytes: 4, read: (from, at) => from.readUInt32LE(at) },
  7: { bytes: 4, read: (from, at) => from.readFloatLE(at) },
  9: { bytes: 8, read: (from, at) => from.readDoubleLE(at) },
};

interface Element {
  type: number;
  data: Buffer;
}

/**
 * The real numeric matrices of a MAT file of version 5, by name; structures, texts and the like are left out.
 *
 * @throws RangeError when the file is not one, or is cut off
 */
export function readMatFile(file: Buffer): Map<string, Matrix> {
  if (file.length < HEADER_BYTES || file.toString('latin1', 126, 128) !== 'IM') {
    throw new RangeError('Expected a MAT file of version 5 in little-endian order.');
  }
  const matrices = new Map<string, Matrix>();
  for (const element of elementsOf(file.subarray(HEADER_BYTES))) {
    const whole = element.type === COMPRESSED ? elementsOf(inflateSync(element.data)).next().value : element;
    const found = whole?.type === MATRIX ? matrixOf(whole.data) : undefined;
    if (found) matrices.set(found.name, found.matrix);
  }
  return matrices;
}

/** Elements one after the other: a type, a length, and data padded to eight bytes; or up to four bytes in eight. */
function* elementsOf(bytes: Buffer): Generator<Element> {
  let at = 0;
  while (at + 8 <= bytes.length) {
    const small = bytes.readUInt16LE(at + 2);
    const [type, length] =
      small > 0 ? [bytes.readUInt16LE(at), small] : [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    const start = at + (small > 0 ? 4 : 8);
    if (start + length > bytes.length) throw new RangeError('The MAT file is cut off.');
    yield { type, data: bytes.subarray(start, start + length) };
    // What is compressed is not padded.
    at = small > 0 ? at + 8 : start + (type === COMPRESSED ? length : Math.ceil(length / 8) * 8);
  }
}

function matrixOf(bytes: Buffer): { name: string; matrix: Matrix } | undefined {
  const [flags, dimensions, name, real] = [...elementsOf(bytes)];
  if (!flags || !dimensions || !name || !real) return undefined;
  const kind = flags.data.readUInt8(0);
  if (kind < NUMERIC_CLASSES.first || kind > NUMERIC_CLASSES.last) return undefined;
  const matrix = { dimensions: [...numbersOf(dimensions)], values: numbersOf(real) };
  return { name: name.data.toString('latin1'), matrix };
}

function numbersOf({ type, data }: Element): Float64Array {
  const reader = READERS[type];
  if (!reader) throw new RangeError(`The MAT file has numbers of the unknown type ${type}.`);
  return Float64Array.from({ length: Math.floor(data.length / reader.bytes) }, (_, i) =>
    reader.read(data, i * reader.bytes),
  );
}

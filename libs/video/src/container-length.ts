import type { FileHandle } from 'node:fs/promises';

// A fragmented file has two boxes per fragment; a file of more boxes than this is not walked further.
const MAX_BOXES = 100_000;
const DATA_BOXES = new Set(['moov', 'moof', 'mdat']);

/** The top level of an ISO base media file (MP4, MOV). */
export interface BoxWalk {
  /** Where the last box that carries data says it ends, in bytes from the start of the file. */
  end: number;
  types: Set<string>;
}

/**
 * Walks the top-level boxes (ISO/IEC 14496-12, 4.2): 32-bit size and type, size 1 = 64-bit size follows, size 0 = up to the
 * end of the file. Stops quietly at bytes that are no box, because recorders append padding and tags.
 */
export async function walkBoxes(file: FileHandle, bytes: number): Promise<BoxWalk> {
  const types = new Set<string>();
  const header = Buffer.alloc(16);
  let end = 0;
  let offset = 0;
  for (let count = 0; count < MAX_BOXES && offset + 8 <= bytes; count++) {
    const { bytesRead } = await file.read(header, 0, 16, offset);
    const type = header.toString('latin1', 4, 8);
    if (!/^[a-zA-Z0-9 ]{4}$/.test(type)) break;
    let size = header.readUInt32BE(0);
    if (size === 1 && bytesRead === 16) size = Number(header.readBigUInt64BE(8));
    else if (size === 0) size = bytes - offset;
    if (size < 8) break;
    types.add(type);
    offset += size;
    if (DATA_BOXES.has(type)) end = offset;
  }
  return { end, types };
}

/** Where the Segment of a Matroska file says it ends (RFC 8794, 8), or null where it leaves that open, as live recordings do. */
export async function findMatroskaEnd(file: FileHandle): Promise<number | null> {
  const head = Buffer.alloc(4096);
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  const header = readVint(head.subarray(0, bytesRead), 4);
  if (!header || header.value === null) return null;
  const segment = header.next + header.value;
  if (segment + 12 > bytesRead || head.readUInt32BE(segment) !== 0x18538067) return null;
  const size = readVint(head, segment + 4);
  return size && size.value !== null ? size.next + size.value : null;
}

/** Where the first RIFF chunk of an AVI file says it ends, or null where the writer left the size open. */
export async function findRiffEnd(file: FileHandle): Promise<number | null> {
  const head = Buffer.alloc(8);
  await file.read(head, 0, 8, 0);
  const size = head.readUInt32LE(4);
  return size === 0 || size >= 0xffffff00 ? null : size + 8;
}

/** An EBML variable-length integer: the leading zero bits of the first byte count the bytes that follow; all ones = unknown. */
function readVint(bytes: Buffer, offset: number): { value: number | null; next: number } | null {
  const first = bytes[offset];
  if (!first) return null;
  const length = Math.clz32(first) - 23;
  if (offset + length > bytes.length) return null;
  let value = BigInt(first & (0xff >> length));
  for (let i = 1; i < length; i++) value = (value << 8n) | BigInt(bytes[offset + i] ?? 0);
  const unknown = value === (1n << BigInt(7 * length)) - 1n;
  return { value: unknown ? null : Number(value), next: offset + length };
}

import type { FileHandle } from 'node:fs/promises';

/** How the packets of an MPEG transport stream lie in a file. */
export interface TransportLayout {
  /** 188, or 192 with a time in front of each packet (M2TS, AVCHD), or 204 with a checksum behind it. */
  packetBytes: number;
  /** Where the first sync byte is; what lies before it is no part of the stream. */
  firstSync: number;
}

export const PACKET_BYTES = 188;
const SYNC = 0x47;
const SIZES = [PACKET_BYTES, 192, 204];
/** As far as ffmpeg looks for the first packet. */
export const MAX_JUNK_BYTES = 64 * 1024;
// So many sync bytes in a row are no accident; a short file has fewer.
const SYNCS = 8;
const FEWEST_SYNCS = 4;
const CHUNK_PACKETS = 8192;

/** The layout of a transport stream that begins within `head`, or null where there is none. */
export function findTransportLayout(head: Buffer): TransportLayout | null {
  for (let at = head.indexOf(SYNC); at >= 0 && at < MAX_JUNK_BYTES; at = head.indexOf(SYNC, at + 1)) {
    const packetBytes = SIZES.find((size) => syncsInRow(head, at, size) >= (at < size ? FEWEST_SYNCS : SYNCS));
    if (packetBytes) return { packetBytes, firstSync: at };
  }
  return null;
}

function syncsInRow(bytes: Buffer, at: number, size: number): number {
  let count = 0;
  while (count < SYNCS && bytes[at + count * size] === SYNC) count++;
  return count;
}

/**
 * Reads a file and shows `visit` each packet of one stream, in order. Bytes between packets, left by a broken transmission,
 * are skipped.
 * @param visit gets at most 188 bytes, from the sync byte on, valid during the call; fewer where the file ends within the
 *   packet. It returns false to stop.
 */
export async function visitTransportPackets(
  file: FileHandle,
  { packetBytes, firstSync }: TransportLayout,
  pid: number,
  visit: (packet: Buffer) => boolean,
): Promise<void> {
  const chunk = Buffer.alloc(CHUNK_PACKETS * packetBytes);
  let held = 0;
  for (let position = firstSync; ;) {
    const { bytesRead } = await file.read(chunk, held, chunk.length - held, position);
    position += bytesRead;
    held += bytesRead;
    const ended = held < chunk.length;
    let at = 0;
    while (at + packetBytes < held || (ended && at < held)) {
      if (!isPacket(chunk, at, held, packetBytes)) {
        const next = chunk.subarray(0, held).indexOf(SYNC, at + 1);
        at = next < 0 ? held : next;
        continue;
      }
      const packet = chunk.subarray(at, Math.min(at + PACKET_BYTES, held));
      if (packet.length > 2 && (packet.readUInt16BE(1) & 0x1fff) === pid && !visit(packet)) return;
      at += packetBytes;
    }
    if (ended) return;
    chunk.copy(chunk, 0, at, held);
    held -= at;
  }
}

/** Whether a packet starts here: its sync byte, and the one of the next packet where the file has one. */
function isPacket(chunk: Buffer, at: number, held: number, packetBytes: number): boolean {
  return chunk[at] === SYNC && (at + packetBytes >= held || chunk[at + packetBytes] === SYNC);
}

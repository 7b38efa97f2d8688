import { crc32 } from 'node:zlib';
import type { DecodedFrame } from '@propago/video';

/** One row of the frame table. */
export interface TableRow {
  index: number;
  /** Presentation time stamp in time base units. */
  pts: bigint;
  keyFrame: boolean;
  /** File stem of a frame of a zip. */
  name: string | null;
  /** CRC-32 of the picture as it was decoded, before it is resized. */
  checksum: number;
}

/** Consecutive frames with their part of the frame table. */
export interface Segment<Pixels> {
  index: number;
  rows: TableRow[];
  /** What was kept of each picture. */
  pixels: Pixels[];
}

/** Cuts a stream of frames into segments; only the last one may be shorter. Holds one segment at a time. */
export async function* inSegments<Pixels>(
  frames: AsyncIterable<DecodedFrame>,
  segmentFrames: number,
  toPixels: (frame: DecodedFrame) => Pixels,
): AsyncGenerator<Segment<Pixels>> {
  let segment: Segment<Pixels> = { index: 0, rows: [], pixels: [] };
  for await (const frame of frames) {
    const { index, pts, keyFrame, name = null } = frame;
    segment.rows.push({ index, pts: BigInt(pts), keyFrame, name, checksum: crc32(frame.rgb) });
    segment.pixels.push(toPixels(frame));
    if (segment.rows.length === segmentFrames) {
      yield segment;
      segment = { index: segment.index + 1, rows: [], pixels: [] };
    }
  }
  if (segment.rows.length > 0) yield segment;
}

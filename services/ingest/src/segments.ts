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

/** Cuts a stream of frames, from the first of a segment on, into segments; only the last may be shorter. Holds one at a time. */
export async function* inSegments<Pixels>(
  frames: AsyncIterable<DecodedFrame>,
  segmentFrames: number,
  toPixels: (frame: DecodedFrame) => Pixels,
): AsyncGenerator<Segment<Pixels>> {
  let segment: Segment<Pixels> | undefined;
  for await (const frame of frames) {
    const { index, pts, keyFrame, name = null } = frame;
    segment ??= { index: Math.floor(index / segmentFrames), rows: [], pixels: [] };
    segment.rows.push({ index, pts: BigInt(pts), keyFrame, name, checksum: crc32(frame.rgb) });
    segment.pixels.push(toPixels(frame));
    if (segment.rows.length === segmentFrames) {
      yield segment;
      segment = undefined;
    }
  }
  if (segment) yield segment;
}

import type { DecodedFrame } from '@propago/video';

/** Consecutive frames at the encoder's input size, with their part of the frame table. */
export interface Segment {
  index: number;
  firstFrame: number;
  /** rgb24, one buffer a frame. */
  pixels: Buffer[];
  /** Presentation time stamps in time base units. */
  pts: bigint[];
  keyFrames: boolean[];
  /** File stems of the frames of a zip; empty for a video. */
  names: string[];
}

/** Cuts a stream of frames into segments; only the last one may be shorter. Holds one segment at a time. */
export async function* inSegments(
  frames: AsyncIterable<DecodedFrame>,
  segmentFrames: number,
  toPixels: (frame: DecodedFrame) => Buffer,
): AsyncGenerator<Segment> {
  let segment = emptySegment(0, segmentFrames);
  for await (const frame of frames) {
    segment.pixels.push(toPixels(frame));
    segment.pts.push(BigInt(frame.pts));
    segment.keyFrames.push(frame.keyFrame);
    if (frame.name !== undefined) segment.names.push(frame.name);
    if (segment.pixels.length === segmentFrames) {
      yield segment;
      segment = emptySegment(segment.index + 1, segmentFrames);
    }
  }
  if (segment.pixels.length > 0) yield segment;
}

function emptySegment(index: number, segmentFrames: number): Segment {
  return { index, firstFrame: index * segmentFrames, pixels: [], pts: [], keyFrames: [], names: [] };
}

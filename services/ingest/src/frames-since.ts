import { crc32 } from 'node:zlib';
import type { DecodedFrame, VideoSource } from '@propago/video';
import type { FrameTableService } from './frame-table.service';

/** Where to go on in a video. */
export interface Continuation {
  videoSha256: string;
  /** The first frame that is wanted. */
  first: number;
  /** Set when frames came from the middle, so that a failure may lie in having begun there. */
  fromTheMiddle?: boolean;
}

/**
 * The frames of a video from a certain one on. Decoding goes on from the key frame before it, when each frame between the
 * two is the one that the frame table knows there, and none of the film has the time stamp of another one; else from the
 * start.
 */
export async function* framesSince(
  source: VideoSource,
  table: FrameTableService,
  continuation: Continuation,
  signal: AbortSignal,
): AsyncGenerator<DecodedFrame> {
  const { videoSha256, first } = continuation;
  const known = await table.sinceKeyFrame(videoSha256, first);
  const keyFrame = known.get(Math.min(...known.keys()));
  if (keyFrame && keyFrame.index > 0) {
    try {
      const place = { index: keyFrame.index, pts: Number(keyFrame.pts) };
      const frames = (await source.hasUniqueTimes(signal)) ? source.framesFrom(place, signal) : [];
      for await (const frame of frames) {
        if (frame.index >= first) {
          continuation.fromTheMiddle = true;
          yield frame;
          continue;
        }
        const row = known.get(frame.index);
        if (row?.pts !== BigInt(frame.pts) || row.checksum !== BigInt(crc32(frame.rgb))) break;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (continuation.fromTheMiddle) throw error;
    }
    if (continuation.fromTheMiddle) return;
  }
  for await (const frame of source.frames(signal)) if (frame.index >= first) yield frame;
}

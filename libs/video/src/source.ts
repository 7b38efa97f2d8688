import { hasUniqueTimes } from './ask-ffprobe';
import { decodeVideo, type FramePlace } from './decode-video';
import type { DecodedFrame } from './decoded-frame';
import { decodeFrameArchive, probeFrameArchive } from './frame-archive';
import type { VideoLimits } from './limits';
import { probeVideo } from './probe';
import type { VideoProbe } from './video-probe';
import { inspectFile } from './signature';

/** An upload that was found to be a video or a zip of frames. */
export interface VideoSource {
  probe: VideoProbe;
  /**
   * Decodes it from the start, one frame at a time as they are asked for. Ends by itself only after the last frame; every
   * failure is a thrown CodedError. Leaving the loop early frees everything.
   */
  frames(signal?: AbortSignal): AsyncIterable<DecodedFrame>;
  /**
   * Decodes it from a key frame on, for who wants some frames of its middle. A container without an index may begin
   * earlier, and a stream may hold frames that need what was skipped: the numbers of frames are those of a guess, and only
   * a comparison tells which frame each of them is. @see DecodeOptions.from
   */
  framesFrom(keyFrame: FramePlace, signal?: AbortSignal): AsyncIterable<DecodedFrame>;
  /**
   * Whether no two of its frames have the same time stamp. In a film that was joined of pieces that begin at the same time,
   * decoding from the middle may find the same frames in another piece, and no comparison tells. Reads the whole file.
   */
  hasUniqueTimes(signal?: AbortSignal): Promise<boolean>;
}

/**
 * Opens an upload: the one door for untrusted videos. The first bytes decide what it is, never its name.
 * @throws any VIDEO_* or ZIP_* code of the error table
 */
export async function openVideoSource(path: string, limits: VideoLimits, signal?: AbortSignal): Promise<VideoSource> {
  const { kind } = await inspectFile(path);
  if (kind === 'zip') {
    const probe = await probeFrameArchive(path, limits);
    const decode = (signal?: AbortSignal, from?: FramePlace) =>
      decodeFrameArchive(path, { probe, limits, signal, from });
    return {
      probe,
      frames: decode,
      framesFrom: (keyFrame, abort) => decode(abort, keyFrame),
      hasUniqueTimes: async () => true,
    };
  }
  const probe = await probeVideo(path, limits, signal);
  const decode = (signal?: AbortSignal, from?: FramePlace) => decodeVideo(path, { probe, limits, signal, from });
  const stream = { demuxer: kind, stream: probe.streamIndex, limits };
  return {
    probe,
    frames: decode,
    framesFrom: (keyFrame, abort) => decode(abort, keyFrame),
    hasUniqueTimes: (abort) => hasUniqueTimes(path, { ...stream, signal: abort }),
  };
}

import { CodedError } from '@propago/contracts';
import { askFfprobe, type ProbedStream } from './ask-ffprobe';
import { chooseVideoStream, uprightRotation } from './choose-stream';
import { findMissingFrames } from './completeness';
import { CODECS } from './ffmpeg';
import type { VideoLimits } from './limits';
import { type ContainerKind, inspectFile, truncated } from './signature';

/** Seconds per tick of a time stamp, as an exact fraction. */
export interface TimeBase {
  num: number;
  den: number;
}

/** What a file says about its video, before a frame is decoded. Every number is a claim of the headers. */
export interface VideoProbe {
  container: ContainerKind;
  /** Codec as ffprobe names it; `jpeg` or `png` for a zip of frames. */
  codec: string;
  /** Index of the video stream in its file. Cover pictures are not video streams. */
  streamIndex: number;
  /** Width in pixels of the frames as they are shown: after rotation. */
  width: number;
  /** Height in pixels, after rotation. */
  height: number;
  /** Degrees, clockwise, by which decoding turns the coded picture: 0, 90, 180 or 270, or the file's odd angle. */
  rotation: number;
  /**
   * Pixels of the coded picture, before it is turned by `rotation` or `exifOrientation`; null where unknown. Absent in
   * probes stored by earlier versions, like the two fields that follow.
   */
  codedSize?: { width: number; height: number } | null;
  /**
   * Width by height of one pixel of the coded picture as players show it, 4:3 for instance; null where the file does not
   * say. It is not applied: a player shows a frame of 320 pixels at 4:3 as 427 wide, but its mask has 320 columns.
   */
  sampleAspectRatio?: { numerator: number; denominator: number } | null;
  /** EXIF orientation of the first frame of a zip, 1 to 8; null for a video, and where the picture has none. */
  exifOrientation?: number | null;
  timeBase: TimeBase;
  /** Average frames per second; null where unknown. */
  frameRate: number | null;
  /** Number of frames from the index or from duration and rate; edit lists make it too high. Exact for a zip. Null where unknown. */
  frameCountEstimate: number | null;
  durationSeconds: number | null;
  /** Time stamp of the first frame in ticks of `timeBase`; null where unknown. */
  startPts: number | null;
  /** Size of the file. */
  bytes: number;
}

/**
 * Reads the headers of a video file.
 * @throws VIDEO_NOT_RECOGNISED, VIDEO_FORBIDDEN_FORMAT, VIDEO_NO_STREAM (also for sound alone or sound with a cover picture),
 * VIDEO_TOO_LARGE, VIDEO_TOO_LONG, VIDEO_TRUNCATED, VIDEO_CORRUPT, VIDEO_TIMEOUT
 */
export async function probeVideo(path: string, limits: VideoLimits, signal?: AbortSignal): Promise<VideoProbe> {
  const signature = await inspectFile(path);
  const { kind: container, bytes, announcedBytes } = signature;
  if (container === 'zip') throw new CodedError('VIDEO_NOT_RECOGNISED', 'The file is a zip, not a video.');
  const answer = await askFfprobe(path, { demuxer: container, limits, signal }).catch((error: unknown) => {
    // A cut file whose headers are cut too.
    throw announcedBytes !== null && isCorrupt(error) ? truncated(bytes, announcedBytes) : error;
  });
  const stream = chooseVideoStream(answer.streams);
  if (!stream) throw new CodedError('VIDEO_NO_STREAM', 'The file has no video stream.');
  const probe = { container, bytes, ...describe(stream, positive(answer.format?.duration)) };
  if (Math.max(probe.width, probe.height) > limits.maxSide) {
    throw new CodedError(
      'VIDEO_TOO_LARGE',
      `Frames are ${probe.width}x${probe.height}; at most ${limits.maxSide} per side.`,
    );
  }
  if ((probe.frameCountEstimate ?? 0) > limits.maxFrames) {
    throw new CodedError('VIDEO_TOO_LONG', `About ${probe.frameCountEstimate} frames; at most ${limits.maxFrames}.`);
  }
  const missing = await findMissingFrames(path, { signature, probe, pid: Number(stream.id), limits, signal });
  if (missing) throw missing;
  return probe;
}

function isCorrupt(error: unknown): boolean {
  return error instanceof CodedError && error.code === 'VIDEO_CORRUPT';
}

function describe(stream: ProbedStream, fileSeconds: number | null): Omit<VideoProbe, 'container' | 'bytes'> {
  const { codec_name: codec = 'unknown', width = 0, height = 0 } = stream;
  if (!Object.hasOwn(CODECS, codec))
    throw new CodedError('VIDEO_NOT_RECOGNISED', `The codec ${codec} is not supported.`);
  const [num, den] = (stream.time_base ?? '').split('/').map(Number);
  if (width <= 0 || height <= 0 || !num || !den)
    throw new CodedError('VIDEO_CORRUPT', 'The headers give no frame size or time base.');
  const rotation = uprightRotation(stream.side_data_list?.find((data) => data.displaymatrix)?.displaymatrix);
  const sideways = rotation === 90 || rotation === 270;
  const frameRate = fraction(stream.avg_frame_rate);
  const durationSeconds = positive(stream.duration) ?? seconds(stream.tags?.DURATION) ?? fileSeconds;
  const fromDuration = durationSeconds && frameRate ? Math.round(durationSeconds * frameRate) : null;
  return {
    codec,
    streamIndex: stream.index,
    width: sideways ? height : width,
    height: sideways ? width : height,
    rotation,
    codedSize: { width, height },
    sampleAspectRatio: aspectRatio(stream.sample_aspect_ratio),
    exifOrientation: null,
    timeBase: { num, den },
    frameRate,
    frameCountEstimate: positive(stream.nb_frames) ?? fromDuration,
    durationSeconds,
    startPts: stream.start_pts ?? null,
  };
}

function positive(text: string | undefined): number | null {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : null;
}

// ffprobe writes 0:1 where neither the container nor the codec says anything.
function aspectRatio(text: string | undefined): VideoProbe['sampleAspectRatio'] {
  const [numerator, denominator] = (text ?? '').split(':').map(Number);
  return numerator && denominator ? { numerator, denominator } : null;
}

/** Of a time like 00:01:02.500000000. */
function seconds(text: string | undefined): number | null {
  const [hours, minutes, rest] = (text ?? '').split(':').map(Number);
  return positive(String((hours ?? NaN) * 3600 + (minutes ?? NaN) * 60 + (rest ?? NaN)));
}

function fraction(text: string | undefined): number | null {
  const [num, den] = (text ?? '').split('/').map(Number);
  return num && den ? num / den : null;
}

import { CodedError } from '@propago/contracts';
import { askFfprobe, type ProbedStream } from './ask-ffprobe';
import { chooseVideoStream, uprightRotation } from './choose-stream';
import { findMissingFrames } from './completeness';
import { CODECS } from './ffmpeg';
import { unsupportedCodec } from './foreign-file';
import type { VideoLimits } from './limits';
import { inspectFile, truncated } from './signature';
import type { VideoProbe } from './video-probe';

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
  if (!Object.hasOwn(CODECS, codec)) throw unsupportedCodec(codec);
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

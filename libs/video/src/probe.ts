import { resolve } from 'node:path';
import { CodedError } from '@propago/contracts';
import { z } from 'zod';
import { CODECS, type ProcessLimits, startTool } from './ffmpeg';
import type { VideoLimits } from './limits';
import { type ContainerKind, inspectFile } from './signature';

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

const MAX_ANSWER_BYTES = 1 << 20;
const ENTRIES =
  'stream=index,codec_name,width,height,sample_aspect_ratio,time_base,avg_frame_rate,nb_frames,start_pts,duration' +
  ':stream_disposition=attached_pic:stream_side_data=rotation:format=duration';

const answerSchema = z.object({
  streams: z.array(
    z.object({
      index: z.number().int(),
      codec_name: z.string().optional(),
      width: z.number().int().optional(),
      height: z.number().int().optional(),
      sample_aspect_ratio: z.string().optional(),
      time_base: z.string(),
      avg_frame_rate: z.string().optional(),
      nb_frames: z.string().optional(),
      start_pts: z.number().optional(),
      duration: z.string().optional(),
      disposition: z.object({ attached_pic: z.number().optional() }).optional(),
      side_data_list: z.array(z.object({ rotation: z.number().optional() })).optional(),
    }),
  ),
  format: z.object({ duration: z.string().optional() }).optional(),
});
type Stream = z.infer<typeof answerSchema>['streams'][number];

/** Hard limits of an ffmpeg call that writes no file. */
export function readingLimits(limits: VideoLimits, wallSeconds: number): ProcessLimits {
  return { memoryBytes: limits.memoryBytes, cpuSeconds: wallSeconds * limits.threads, fileBytes: 0, wallSeconds };
}

/**
 * Reads the headers of a video file.
 * @throws VIDEO_NOT_RECOGNISED, VIDEO_FORBIDDEN_FORMAT, VIDEO_NO_STREAM (also for sound alone or sound with a cover picture),
 * VIDEO_TOO_LARGE, VIDEO_TOO_LONG, VIDEO_TRUNCATED, VIDEO_CORRUPT, VIDEO_TIMEOUT
 */
export async function probeVideo(path: string, limits: VideoLimits, signal?: AbortSignal): Promise<VideoProbe> {
  const { kind, bytes } = await inspectFile(path);
  if (kind === 'zip') throw new CodedError('VIDEO_NOT_RECOGNISED', 'The file is a zip, not a video.');
  const answer = parseAnswer(await askFfprobe(path, kind, limits, signal));
  const stream = answer.streams.find(({ disposition }) => !disposition?.attached_pic);
  if (!stream) throw new CodedError('VIDEO_NO_STREAM', 'The file has no video stream.');
  const probe = { container: kind, bytes, ...describe(stream, positive(answer.format?.duration)) };
  if (Math.max(probe.width, probe.height) > limits.maxSide) {
    throw new CodedError(
      'VIDEO_TOO_LARGE',
      `Frames are ${probe.width}x${probe.height}; at most ${limits.maxSide} per side.`,
    );
  }
  if ((probe.frameCountEstimate ?? 0) > limits.maxFrames) {
    throw new CodedError('VIDEO_TOO_LONG', `About ${probe.frameCountEstimate} frames; at most ${limits.maxFrames}.`);
  }
  return probe;
}

async function askFfprobe(
  path: string,
  kind: Exclude<ContainerKind, 'zip'>,
  limits: VideoLimits,
  signal?: AbortSignal,
): Promise<string> {
  const child = startTool({
    tool: 'ffprobe',
    inputs: [{ demuxer: kind, url: `file:${resolve(path)}`, options: pixelCap(limits) }],
    output: ['-select_streams', 'v', '-show_entries', ENTRIES, '-of', 'json=c=1'],
    limits: readingLimits(limits, limits.probeSeconds),
    signal,
  });
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) throw new CodedError('VIDEO_CORRUPT', 'The file describes too many streams.');
      chunks.push(chunk);
    }
    const exit = await child.exited;
    signal?.throwIfAborted();
    // A message alone is no failure here: the demuxer complains about streams that nobody wants.
    if (exit.code !== 0) throw child.diagnosis.failure(exit, 'Reading the headers', 'VIDEO_CORRUPT');
    return Buffer.concat(chunks).toString();
  } finally {
    await child.stop();
  }
}

/** Refuses frames over the limit inside the decoder, before it allocates them. */
export function pixelCap(limits: VideoLimits): string[] {
  return ['-max_pixels', String(limits.maxSide ** 2)];
}

function parseAnswer(json: string): z.infer<typeof answerSchema> {
  try {
    return answerSchema.parse(JSON.parse(json));
  } catch (cause) {
    throw new CodedError('VIDEO_CORRUPT', 'The headers of the video make no sense.', { cause });
  }
}

function describe(stream: Stream, fileSeconds: number | null): Omit<VideoProbe, 'container' | 'bytes'> {
  const { codec_name: codec = 'unknown', width = 0, height = 0 } = stream;
  if (!Object.hasOwn(CODECS, codec))
    throw new CodedError('VIDEO_NOT_RECOGNISED', `The codec ${codec} is not supported.`);
  const [num, den] = stream.time_base.split('/').map(Number);
  if (width <= 0 || height <= 0 || !num || !den)
    throw new CodedError('VIDEO_CORRUPT', 'The headers give no frame size or time base.');
  // ffprobe gives the angle counter-clockwise.
  const counterClockwise = stream.side_data_list?.find((data) => data.rotation !== undefined)?.rotation ?? 0;
  const rotation = ((-counterClockwise % 360) + 360) % 360 || 0;
  const sideways = rotation === 90 || rotation === 270;
  const frameRate = fraction(stream.avg_frame_rate);
  const durationSeconds = positive(stream.duration) ?? fileSeconds;
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

function fraction(text: string | undefined): number | null {
  const [num, den] = (text ?? '').split('/').map(Number);
  return num && den ? num / den : null;
}

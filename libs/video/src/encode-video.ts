import { once } from 'node:events';
import { rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CodedError } from '@propago/contracts';
import { startTool, type ToolProcess } from './ffmpeg';
import { DEFAULT_VIDEO_LIMITS } from './limits';

/** What to write. */
export interface EncodeOptions {
  /** Pixels of each frame. Odd sizes gain a black column or row: 4:2:0 needs even ones. */
  width: number;
  height: number;
  /** Frames per second. For a video of variable rate give its average: the file is for looking at, its clock is constant. */
  frameRate: number;
  /** `webm-alpha` takes rgba frames and writes VP9 with an alpha channel. Default: `mp4`, from rgb24. */
  as?: keyof typeof KINDS;
  signal?: AbortSignal;
  /** Seconds ffmpeg may be waited for, in all. Default 3600. */
  wallSeconds?: number;
  /** Largest file that may be written, in bytes. Default 8 GiB. */
  maxBytes?: number;
}

/** What was written. */
export interface EncodedVideo {
  frames: number;
  bytes: number;
}

const THREADS = 2;

const TO_EVEN = 'pad=ceil(iw/2)*2:ceil(ih/2)*2';
const BT709 = 'out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_inp';

/** What goes in, and how ffmpeg is to write it. */
const KINDS = {
  mp4: {
    pixelFormat: 'rgb24',
    pixelBytes: 3,
    output: [
      ...['-vf', `${TO_EVEN},scale=${BT709},format=yuv420p`, '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20'],
      ...['-movflags', '+faststart', '-f', 'mp4'],
    ],
  },
  'webm-alpha': {
    pixelFormat: 'rgba',
    pixelBytes: 4,
    output: [
      ...['-vf', `${TO_EVEN}:color=black@0,scale=${BT709},format=yuva420p`, '-c:v', 'libvpx-vp9'],
      // A frame that is only a reference for others cannot have an alpha channel.
      ...['-auto-alt-ref', '0', '-deadline', 'realtime', '-cpu-used', '6', '-row-mt', '1', '-crf', '24', '-b:v', '0'],
      ...['-f', 'webm'],
    ],
  },
} as const;

/**
 * Writes frames to an H.264 MP4 that browsers play and seek (yuv420p, BT.709, index at the front), or to a WebM. Takes the next
 * frame only when ffmpeg has taken the last one. On failure the file is removed.
 * @throws INTERNAL where ffmpeg fails, VIDEO_TIMEOUT, RangeError for a frame of another size
 */
export async function encodeVideo(
  path: string,
  options: EncodeOptions,
  frames: AsyncIterable<Buffer>,
): Promise<EncodedVideo> {
  const {
    width,
    height,
    frameRate,
    as = 'mp4',
    signal,
    wallSeconds = DEFAULT_VIDEO_LIMITS.decodeSeconds,
    maxBytes = 8 * 2 ** 30,
  } = options;
  const { pixelFormat, pixelBytes, output } = KINDS[as];
  const size = ['-video_size', `${width}x${height}`, '-framerate', String(frameRate)];
  const child = startTool({
    tool: 'ffmpeg',
    inputs: [{ demuxer: 'rawvideo', url: 'pipe:0', options: ['-pixel_format', pixelFormat, ...size] }],
    output: [
      ...['-threads', String(THREADS), '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'],
      ...['-color_range', 'tv', ...output, `file:${resolve(path)}`],
    ],
    limits: {
      memoryBytes: DEFAULT_VIDEO_LIMITS.memoryBytes,
      cpuSeconds: wallSeconds * THREADS,
      fileBytes: maxBytes,
      wallSeconds,
    },
    signal,
  });
  child.stdout.resume();
  try {
    const count = await feed(child, width * height * pixelBytes, frames);
    const exit = await child.exited;
    signal?.throwIfAborted();
    const failure = exit.code === 0 ? null : child.diagnosis.failure(exit, 'Encoding', 'INTERNAL');
    if (failure) throw failure;
    if (count === 0) throw new CodedError('VIDEO_NO_FRAMES', 'There was no frame to encode.');
    return { frames: count, bytes: (await stat(path)).size };
  } catch (error) {
    await child.stop();
    await rm(path, { force: true });
    throw error;
  } finally {
    await child.stop();
  }
}

async function feed(
  { stdin, clock, exited }: ToolProcess,
  frameBytes: number,
  frames: AsyncIterable<Buffer>,
): Promise<number> {
  let count = 0;
  // While the caller makes the next frame, ffmpeg is not to blame.
  clock.pause();
  for await (const frame of frames) {
    if (frame.length !== frameBytes)
      throw new RangeError(`Expected ${frameBytes} bytes per frame but received ${frame.length}`);
    if (stdin.destroyed) break;
    count++;
    clock.resume();
    if (!stdin.write(frame)) await Promise.race([once(stdin, 'drain').catch(() => undefined), exited]);
    clock.pause();
  }
  clock.resume();
  stdin.end();
  return count;
}

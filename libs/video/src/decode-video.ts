import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { CodedError } from '@propago/contracts';
import { pixelCap, readingLimits } from './ask-ffprobe';
import { isWhole } from './completeness';
import type { DecodedFrame } from './decoded-frame';
import { startTool, type ToolProcess } from './ffmpeg';
import { type FrameInfo, FrameInfoQueue, parseFrameInfo } from './frame-info';
import type { VideoLimits } from './limits';
import type { VideoProbe } from './video-probe';
import { readExactly } from './read-exactly';
import { StreamDamage } from './stream-damage';

/** Where a frame is, as an earlier decoding found it. */
export interface FramePlace {
  index: number;
  /** Time stamp in ticks of the probe's time base. */
  pts: number;
}

/** How to decode one video. */
export interface DecodeOptions {
  /** From {@link probeVideo} of the same file. */
  probe: VideoProbe;
  limits: VideoLimits;
  /** Ends ffmpeg and the iteration; the iterator then throws the signal's reason. */
  signal?: AbortSignal;
  /** The key frame to begin at; the first frame when absent. A video may begin before it, and counts from its index. */
  from?: FramePlace;
}

// Without these flags the bytes depend on the instruction set of the CPU: the plain conversion gives other bytes with
// `-cpuflags 0`, this one the same.
const TO_RGB = 'scale=flags=bicubic+accurate_rnd+full_chroma_int+bitexact,format=rgb24';

/**
 * Decodes a video once, frame by frame: N frames in, exactly N out, never resampled, rotation applied, time stamps as in
 * the stream. Sample aspect ratio is not applied: labels live on stored pixels.
 *
 * Pixels come as raw video on stdout; time stamp and key flag come from the `showinfo` filter on stderr and are paired by
 * order. (A timed container on stdout would lose the key flag, because the raw encoder marks every frame as one.)
 * Frames are read only as they are asked for: one is held here, ffmpeg itself holds a few.
 *
 * @throws VIDEO_TRUNCATED and VIDEO_CORRUPT possibly after frames were given: the iteration never just ends early;
 * VIDEO_NO_FRAMES, VIDEO_TOO_LONG, VIDEO_TOO_LARGE, VIDEO_SIZE_CHANGES, VIDEO_TIMEOUT
 */
export async function* decodeVideo(
  path: string,
  { probe, limits, signal, from }: DecodeOptions,
): AsyncGenerator<DecodedFrame> {
  const { container, width, height } = probe;
  if (container === 'zip') throw new CodedError('VIDEO_NOT_RECOGNISED', 'The file is a zip, not a video.');
  const infos = new FrameInfoQueue();
  const damage = new StreamDamage(probe.streamIndex, probe.codec, container);
  const marker = `showinfo@${randomBytes(8).toString('hex')}`;
  const child = startTool({
    tool: 'ffmpeg',
    inputs: [
      {
        demuxer: container,
        url: `file:${resolve(path)}`,
        options: [
          ...(from ? seekTo(from, probe) : []),
          '-copyts',
          '-flags',
          'bitexact',
          '-idct',
          'simple',
          '-threads',
          String(limits.threads),
          ...pixelCap(limits),
        ],
      },
    ],
    output: [
      ...['-map', `0:${probe.streamIndex}`, '-vf', `${marker}=checksum=0,${TO_RGB}`, '-fps_mode', 'passthrough'],
      ...['-c:v', 'rawvideo', '-f', 'rawvideo', 'pipe:1'],
    ],
    limits: readingLimits(limits, limits.decodeSeconds),
    signal,
    onLine: (line) => {
      damage.read(line);
      const info = parseFrameInfo(line, marker);
      if (info) infos.push({ ...info, damage: damage.take() });
    },
  });
  void child.exited.then(() => infos.end());
  // When a child exits, Node lets its pipes flow, and what is still in them is lost, unless somebody listens for it.
  child.stdout.on('readable', () => undefined);

  try {
    let index = from?.index ?? 0;
    let lastPts: number | null = null;
    for (; ; index++) {
      child.clock.resume();
      const info = await infos.next();
      if (!info) break;
      if (info.damage !== null) {
        await drain(child, infos);
        signal?.throwIfAborted();
        throw (
          child.diagnosis.urgent('Decoding') ?? lost(damage, info.damage, { index, pts: info.pts ?? lastPts, probe })
        );
      }
      checkFrame(info, index, probe, limits);
      const rgb = await readExactly(child.stdout, width * height * 3);
      if (rgb?.length !== width * height * 3) throw await missingPixels(child, index, signal);
      child.clock.pause();
      signal?.throwIfAborted();
      const pts: number = info.pts ?? nextPts(lastPts, probe);
      if (!Number.isSafeInteger(pts))
        throw new CodedError('VIDEO_CORRUPT', `Frame ${index} has an impossible time stamp.`);
      lastPts = pts;
      yield { index, pts, keyFrame: info.keyFrame, width, height, rgb };
    }
    await checkEnd(child, index, signal);
    const missing = damage.take() ?? damage.cutPacket ?? (isWhole(probe, index) ? null : damage.doubt);
    if (missing !== null) throw lost(damage, missing, { index, pts: lastPts, probe });
    if (index === 0) throw new CodedError('VIDEO_NO_FRAMES', 'The video stream holds no frame that can be decoded.');
  } finally {
    await child.stop();
  }
}

/** Half a tick later, so that rounding does not end at the key frame before. */
function seekTo({ pts }: FramePlace, { timeBase }: VideoProbe): string[] {
  const seconds = ((pts + 0.5) * timeBase.num) / timeBase.den;
  return ['-noaccurate_seek', '-seek_timestamp', '1', '-ss', seconds.toFixed(6)];
}

// As many frames as a decoder may hold back before it gives the first; what the demuxer says about the end of the file
// comes earlier than that.
const FRAMES_HELD = 16;

/** Reads on for a while, so that what ffmpeg has to say about the end of the file is known. */
async function drain(child: ToolProcess, infos: FrameInfoQueue): Promise<void> {
  child.stdout.removeAllListeners('readable');
  child.stdout.resume();
  for (let count = 0; count < FRAMES_HELD && (await infos.next()); count++);
}

/** The failure of a video of which a frame is missing or incomplete. */
function lost(
  damage: StreamDamage,
  what: string,
  { index, pts, probe }: { index: number; pts: number | null; probe: VideoProbe },
): CodedError {
  const { num, den } = probe.timeBase;
  const time = pts === null ? '' : ` (at ${((pts * num) / den).toFixed(3)} s)`;
  return damage.endsEarly
    ? new CodedError('VIDEO_TRUNCATED', `The video ends at frame ${index}${time}, before its last frame: ${what}`)
    : new CodedError('VIDEO_CORRUPT', `Frame ${index}${time} or one next to it is damaged or missing: ${what}`);
}

function checkFrame(info: FrameInfo, index: number, { width, height }: VideoProbe, limits: VideoLimits): void {
  if (index >= limits.maxFrames)
    throw new CodedError('VIDEO_TOO_LONG', `The video has more than ${limits.maxFrames} frames.`);
  if (info.width === width && info.height === height) return;
  if (Math.max(info.width, info.height) > limits.maxSide) {
    throw new CodedError(
      'VIDEO_TOO_LARGE',
      `Frame ${index} is ${info.width}x${info.height}; at most ${limits.maxSide} per side.`,
    );
  }
  throw new CodedError(
    'VIDEO_SIZE_CHANGES',
    `Frame ${index} is ${info.width}x${info.height} instead of ${width}x${height}.`,
  );
}

// Only streams without any time stamps (raw AVI writers) come here: they are as regular as their frame rate.
function nextPts(last: number | null, { frameRate, timeBase, startPts }: VideoProbe): number {
  if (last === null) return startPts ?? 0;
  return last + Math.max(1, frameRate ? Math.round(timeBase.den / (timeBase.num * frameRate)) : 1);
}

/** Why a frame that ffmpeg reported has no pixels: it has failed in between, or has been killed. */
async function missingPixels(child: ToolProcess, index: number, signal?: AbortSignal): Promise<CodedError> {
  const exit = await child.exited;
  signal?.throwIfAborted();
  const detail = `ffmpeg reported frame ${index} but did not give its pixels.`;
  return child.diagnosis.failure(exit, 'Decoding', 'VIDEO_CORRUPT') ?? new CodedError('VIDEO_CORRUPT', detail);
}

async function checkEnd(child: ToolProcess, frames: number, signal?: AbortSignal): Promise<void> {
  child.clock.resume();
  const surplus = await readExactly(child.stdout, 1);
  const exit = await child.exited;
  signal?.throwIfAborted();
  const failure = child.diagnosis.failure(exit, 'Decoding', 'VIDEO_CORRUPT');
  if (failure) throw failure;
  if (surplus) throw new CodedError('VIDEO_CORRUPT', `ffmpeg gave more pixels than the ${frames} frames it reported.`);
}

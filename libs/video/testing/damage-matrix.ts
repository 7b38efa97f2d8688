import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { CodedError } from '@propago/contracts';
import { type Demuxer, startTool } from '../src/ffmpeg';
import { DEFAULT_VIDEO_LIMITS } from '../src/limits';
import { openVideoSource } from '../src/source';
import { generateClip, testPicture, tone } from './generate-clip';

/** A codec in a container. */
export interface DamageCase {
  name: string;
  codec: readonly string[];
  size?: string;
  sound?: readonly string[];
}

/** What was done to a file, and what became of it. */
export interface Outcome {
  damage: string;
  /** Whether plain ffmpeg still decodes every frame, and each of them equals the undamaged one. */
  whole: boolean;
  /** Null where the library gave all its frames and no error. */
  code: string | null;
  /** Of the frames that it gave: how many in order equal the undamaged ones. */
  right: number;
  given: number;
}

const H264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-g', '12', '-bf', '2'];
const HEVC = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none:keyint=12:bframes=2'];
const VP8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-g', '12'];
const VP9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-g', '12'];
const AV1 = ['-c:v', 'libsvtav1', '-preset', '12', '-g', '12'];
const of = (codec: string, ...more: string[]): string[] => ['-c:v', codec, '-q:v', '4', ...more];
const MPEG4 = of('mpeg4', '-bf', '2', '-g', '12');
const MPEG2 = of('mpeg2video', '-bf', '2', '-g', '12');
const MJPEG = of('mjpeg');
const M2TS = ['-mpegts_m2ts_mode', '1', '-f', 'mpegts'];
const AAC = ['-c:a', 'aac'];

/** Every accepted codec that ffmpeg of a distribution can write, in every container that takes it. */
export const DAMAGE_CASES: readonly DamageCase[] = [
  { name: 'h264.mp4', codec: H264 },
  { name: 'h264-front.mp4', codec: [...H264, '-movflags', '+faststart'], sound: AAC },
  { name: 'h264-fragments.mp4', codec: [...H264, '-movflags', 'frag_keyframe+empty_moov'] },
  { name: 'h264.mov', codec: H264 },
  { name: 'h264.mkv', codec: H264, sound: AAC },
  { name: 'h264-live.mkv', codec: [...H264, '-f', 'matroska', '-live', '1'] },
  { name: 'h264.avi', codec: H264 },
  { name: 'h264.ts', codec: H264 },
  { name: 'h264-sound.ts', codec: H264, sound: AAC },
  { name: 'h264.m2ts', codec: [...H264, ...M2TS] },
  { name: 'hevc.mp4', codec: HEVC },
  { name: 'hevc.mkv', codec: HEVC },
  { name: 'hevc.ts', codec: HEVC },
  { name: 'hevc.m2ts', codec: [...HEVC, ...M2TS], sound: ['-c:a', 'ac3'] },
  { name: 'av1.mp4', codec: AV1 },
  { name: 'av1.mkv', codec: AV1 },
  { name: 'av1.webm', codec: AV1 },
  { name: 'vp8.mkv', codec: VP8 },
  { name: 'vp8.webm', codec: VP8 },
  { name: 'vp9.mp4', codec: VP9 },
  { name: 'vp9.mkv', codec: VP9 },
  { name: 'vp9.webm', codec: VP9 },
  { name: 'mpeg4.mp4', codec: MPEG4 },
  { name: 'mpeg4.mkv', codec: MPEG4 },
  { name: 'mpeg4.avi', codec: MPEG4 },
  { name: 'mpeg4.ts', codec: MPEG4 },
  { name: 'msmpeg4v2.avi', codec: of('msmpeg4v2') },
  { name: 'msmpeg4v3.avi', codec: of('msmpeg4') },
  { name: 'mpeg1.ts', codec: of('mpeg1video', '-bf', '2', '-g', '12') },
  { name: 'mpeg2.mkv', codec: MPEG2 },
  { name: 'mpeg2.ts', codec: MPEG2 },
  { name: 'h263.avi', codec: ['-c:v', 'h263'], size: '176x144' },
  { name: 'mjpeg.mp4', codec: MJPEG },
  { name: 'mjpeg.mov', codec: MJPEG },
  { name: 'mjpeg.mkv', codec: MJPEG },
  { name: 'mjpeg.avi', codec: MJPEG },
  { name: 'mjpeg-sound.avi', codec: MJPEG, sound: ['-c:a', 'pcm_s16le'] },
  { name: 'prores.mov', codec: ['-c:v', 'prores', '-profile:v', '0'] },
  { name: 'ffv1.mkv', codec: ['-c:v', 'ffv1', '-level', '3'] },
  { name: 'raw.avi', codec: ['-c:v', 'rawvideo', '-pix_fmt', 'yuv420p'] },
];

const DEMUXER_OF: Readonly<Record<string, Demuxer>> = {
  ...{ '.mp4': 'mp4', '.mov': 'mp4', '.mkv': 'matroska', '.webm': 'matroska', '.avi': 'avi' },
  ...{ '.ts': 'mpegts', '.m2ts': 'mpegts' },
};
const FRAMES = 24;

/** Cuts and flips a generated clip at `places` places each and says what became of every one of them. */
export async function damageClip(
  folder: string,
  { name, codec, size = '160x120', sound }: DamageCase,
  places: number,
): Promise<Outcome[]> {
  const path = join(folder, name);
  const inputs = [testPicture(size, 25, FRAMES), ...(sound ? [tone(1)] : [])];
  await generateClip(path, inputs, [...codec, ...(sound ?? ['-an'])]);
  const bytes = await readFile(path);
  const good = await plainDigests(path);
  if (good.length !== FRAMES) throw new Error(`${name} has ${good.length} frames.`);
  const outcomes: Outcome[] = [];
  for (const { damage, result } of damagesOf(bytes, places)) {
    const damaged = join(folder, `damaged-${name}`);
    await writeFile(damaged, result);
    outcomes.push({ damage, ...(await judge(damaged, good)) });
    await rm(damaged);
  }
  return outcomes;
}

function* damagesOf(bytes: Buffer, places: number): Generator<{ damage: string; result: Buffer }> {
  // A fixed sequence (Numerical Recipes): the same places and bits in every run.
  let state = 12345;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const part = Math.floor(bytes.length / (places + 1));
  for (let place = 1; place <= places; place++) {
    yield { damage: `cut at ${place * part}`, result: bytes.subarray(0, place * part) };
    const flipped = Buffer.from(bytes);
    const at = place * part + random(part);
    flipped[at]! ^= 1 + random(255);
    yield { damage: `byte ${at} flipped`, result: flipped };
  }
}

async function judge(path: string, good: readonly string[]): Promise<Omit<Outcome, 'damage'>> {
  const plain = await plainDigests(path);
  const whole = plain.length === good.length && plain.every((digest, index) => digest === good[index]);
  const given: string[] = [];
  let code: string | null = null;
  try {
    const source = await openVideoSource(path, DEFAULT_VIDEO_LIMITS);
    for await (const { rgb } of source.frames()) given.push(createHash('md5').update(rgb).digest('hex'));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    code = error.code;
  }
  const wrong = given.findIndex((digest, index) => digest !== good[index]);
  return { whole, code, right: wrong < 0 ? given.length : wrong, given: given.length };
}

/** MD5 of each frame that plain ffmpeg decodes, whatever it complains about. */
async function plainDigests(path: string): Promise<string[]> {
  const child = startTool({
    tool: 'ffmpeg',
    inputs: [{ demuxer: DEMUXER_OF[extname(path)]!, url: `file:${resolve(path)}`, options: ['-idct', 'simple'] }],
    output: [
      ...['-vf', 'scale=flags=bicubic+accurate_rnd+full_chroma_int+bitexact,format=rgb24', '-fps_mode', 'passthrough'],
      ...['-c:v', 'rawvideo', '-f', 'framehash', '-hash', 'md5', 'pipe:1'],
    ],
    limits: { memoryBytes: 4 * 2 ** 30, cpuSeconds: 60, fileBytes: 0, wallSeconds: 120 },
  });
  try {
    let text = '';
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) text += chunk.toString();
    await child.exited;
    return text.split('\n').flatMap((line) => /^\d+,.*\b([0-9a-f]{32})$/.exec(line)?.[1] ?? []);
  } finally {
    await child.stop();
  }
}

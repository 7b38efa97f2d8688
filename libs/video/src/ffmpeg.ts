import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { type FfmpegTool, requireTool, toolEnvironment } from './config';
import { Diagnosis, type ToolExit } from './diagnosis';
import { WallClock } from './wall-clock';

/**
 * Decoders by codec name, as ffprobe spells it: what a video may be coded with. Anything else stays closed, because each
 * further decoder is a further parser of untrusted bytes.
 */
export const CODECS: Readonly<Record<string, readonly string[]>> = {
  h264: ['h264'],
  hevc: ['hevc'],
  vp8: ['vp8', 'libvpx'],
  vp9: ['vp9', 'libvpx-vp9'],
  av1: ['libdav1d', 'libaom-av1', 'av1'],
  mpeg4: ['mpeg4'],
  msmpeg4v2: ['msmpeg4v2'],
  msmpeg4v3: ['msmpeg4'],
  mpeg1video: ['mpeg1video'],
  mpeg2video: ['mpeg2video'],
  h263: ['h263'],
  mjpeg: ['mjpeg'],
  prores: ['prores'],
  dnxhd: ['dnxhd'],
  ffv1: ['ffv1'],
  rawvideo: ['rawvideo'],
};

/** ffmpeg's names of the demuxers that may be asked for. `lavfi` draws test pictures and reads no file. */
export const DEMUXERS = {
  mp4: 'mov,mp4,m4a,3gp,3g2,mj2',
  matroska: 'matroska,webm',
  avi: 'avi',
  mpegts: 'mpegts',
  rawvideo: 'rawvideo',
  lavfi: 'lavfi',
} as const;

export type Demuxer = keyof typeof DEMUXERS;

/** One input. The demuxer is chosen by the caller from the file's signature: ffmpeg never guesses a format. */
export interface ToolInput {
  demuxer: Demuxer;
  /** `file:` and an absolute path, `pipe:0`, or a lavfi graph. */
  url: string;
  /** Options of this input, before `-i`. */
  options?: readonly string[];
}

/** Hard limits of one process, set by its shell before ffmpeg starts. */
export interface ProcessLimits {
  /** Address space in bytes. */
  memoryBytes: number;
  /** CPU seconds over all threads. */
  cpuSeconds: number;
  /** Largest file it may write, in bytes; 0 for none. Pipes do not count. */
  fileBytes: number;
  /** Seconds on the wall clock until SIGKILL, counted while the clock runs. */
  wallSeconds: number;
}

/** One call of ffmpeg or ffprobe. */
export interface ToolCall {
  tool: FfmpegTool;
  inputs: readonly ToolInput[];
  /** Everything after the inputs. */
  output: readonly string[];
  limits: ProcessLimits;
  signal?: AbortSignal;
  /** Called with each line of stderr; lines over 64 KiB are cut. */
  onLine?: (line: string) => void;
}

/** A running call. Its owner must `await stop()` in a `finally`: the process never outlives the call. */
export interface ToolProcess {
  stdin: Writable;
  stdout: Readable;
  diagnosis: Diagnosis;
  /** Running from the start; pause it while ffmpeg waits for us. */
  clock: WallClock;
  /** Resolves when the process is gone and its stderr is read; never rejects. */
  exited: Promise<ToolExit>;
  /** Kills it if it still runs, and waits until it is gone. */
  stop(): Promise<void>;
}

const MAX_LINE = 64 * 1024;
const OPEN_FILES = 64;

// A hard CPU limit a little above the soft one lets ffmpeg report the signal before it is killed. A limit that cannot be
// set is lower already. The values are positional parameters: nothing is ever pasted into the script.
const WITH_LIMITS =
  'ulimit -c 0; for limit in v:$1 f:$2 n:$3; do ulimit -${limit%%:*} ${limit#*:} 2>/dev/null || :; done; ' +
  'ulimit -S -t $4 2>/dev/null || :; ulimit -H -t $5 2>/dev/null || :; shift 5; exec "$@"';

const running = new Set<() => void>();
process.once('exit', () => running.forEach((kill) => kill()));

/**
 * Starts ffmpeg or ffprobe: the only place of the project that does. Argument arrays, no guessing of formats, no network
 * (`-protocol_whitelist`), allow-listed demuxer and decoders, no subtitles, data or audio, hard limits, a wall clock.
 */
export function startTool(call: ToolCall): ToolProcess {
  call.signal?.throwIfAborted();
  const { limits } = call;
  const limitArguments = [
    Math.floor(limits.memoryBytes / 1024),
    Math.ceil(limits.fileBytes / 512),
    OPEN_FILES,
    Math.ceil(limits.cpuSeconds),
    Math.ceil(limits.cpuSeconds) + 5,
  ].map(String);
  const child = spawn(
    '/bin/sh',
    ['-c', WITH_LIMITS, 'sh', ...limitArguments, requireTool(call.tool), ...argumentsOf(call)],
    {
      env: toolEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );

  const diagnosis = new Diagnosis();
  let timedOut = false;
  const kill = (): void => void child.kill('SIGKILL');
  const clock = new WallClock(limits.wallSeconds, () => {
    timedOut = true;
    kill();
  });
  clock.resume();
  running.add(kill);
  call.signal?.addEventListener('abort', kill, { once: true });
  // A process that ends early closes its stdin under a writer; the exit code tells why.
  child.stdin.on('error', () => undefined);
  if (call.inputs.every(({ url }) => url !== 'pipe:0')) child.stdin.end();

  const read = readLines(child.stderr, (line) => {
    diagnosis.read(line);
    call.onLine?.(line);
  });
  const ended = new Promise<ToolExit>((resolve) => {
    child.once('error', (error) => {
      diagnosis.read(error.message);
      resolve({ code: 127, signal: null, timedOut });
    });
    child.once('exit', (code, signal) => resolve({ code, signal, timedOut }));
  });
  const exited = Promise.all([ended, read]).then(([exit]) => {
    clock.end();
    running.delete(kill);
    call.signal?.removeEventListener('abort', kill);
    return exit;
  });
  const stop = async (): Promise<void> => {
    kill();
    child.stdin.destroy();
    child.stdout.destroy();
    await exited;
  };
  return { stdin: child.stdin, stdout: child.stdout, diagnosis, clock, exited, stop };
}

function argumentsOf({ tool, inputs, output }: ToolCall): string[] {
  const decoders = Object.values(CODECS).flat().join(',');
  const common = ['-hide_banner', '-loglevel', 'level+info'];
  const inputArguments = inputs.flatMap(({ demuxer, url, options = [] }) => [
    ...['-protocol_whitelist', 'file,pipe', '-format_whitelist', DEMUXERS[demuxer]],
    ...(demuxer === 'lavfi' ? [] : ['-codec_whitelist', decoders]),
    ...['-f', demuxer === 'mp4' ? 'mov' : demuxer, ...options, '-i', url],
  ]);
  if (tool === 'ffprobe') return [...common, ...inputArguments, ...output];
  const silent = inputs.every(({ demuxer }) => demuxer !== 'lavfi') ? ['-an'] : [];
  return [...common, '-nostdin', '-nostats', '-y', ...inputArguments, '-sn', '-dn', ...silent, ...output];
}

async function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(0, MAX_LINE);
    for (const line of lines) onLine(line);
  });
  await new Promise((resolve) => stream.once('close', resolve));
  if (rest) onLine(rest);
}

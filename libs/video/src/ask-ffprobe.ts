import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { CodedError } from '@propago/contracts';
import { z } from 'zod';
import { type Demuxer, type ProcessLimits, startTool, type ToolProcess } from './ffmpeg';
import type { VideoLimits } from './limits';
import { openableDecoders } from './openable-decoders';

const MAX_ANSWER_BYTES = 1 << 20;
// Of a stream whose time stamps are compared: what they take in memory is bounded.
const MAX_PACKETS = 1_000_000;
// Pixels. A cover may be larger than a frame may, and one of our decoders may meet it while headers are analysed.
const LARGEST_COVER = String(16384 ** 2);
const ENTRIES =
  'stream=index,id,codec_type,codec_name,width,height,sample_aspect_ratio,time_base,avg_frame_rate,nb_frames,start_pts' +
  ',duration,nb_read_packets:stream_disposition=default,attached_pic,timed_thumbnails' +
  ':stream_side_data=displaymatrix:stream_tags=DURATION:format=duration';

const answerSchema = z.object({
  streams: z.array(
    z.object({
      index: z.number().int(),
      /** The packet identifier in a transport stream, hexadecimal. */
      id: z.string().optional(),
      codec_type: z.string().optional(),
      codec_name: z.string().optional(),
      width: z.number().int().optional(),
      height: z.number().int().optional(),
      sample_aspect_ratio: z.string().optional(),
      // Streams that are neither picture nor sound may lack it.
      time_base: z.string().optional(),
      avg_frame_rate: z.string().optional(),
      nb_frames: z.string().optional(),
      start_pts: z.number().optional(),
      duration: z.string().optional(),
      nb_read_packets: z.string().optional(),
      disposition: z
        .object({
          default: z.number().optional(),
          attached_pic: z.number().optional(),
          timed_thumbnails: z.number().optional(),
        })
        .optional(),
      side_data_list: z.array(z.object({ displaymatrix: z.string().optional() })).optional(),
      /** Matroska: when the last frame of the stream ends. */
      tags: z.object({ DURATION: z.string().optional() }).optional(),
    }),
  ),
  format: z.object({ duration: z.string().optional() }).optional(),
});
export type ProbeAnswer = z.infer<typeof answerSchema>;
export type ProbedStream = ProbeAnswer['streams'][number];

/** What to ask of a file. */
export interface ProbeQuestion {
  demuxer: Demuxer;
  stream?: number;
  limits: VideoLimits;
  signal?: AbortSignal;
}

/** Hard limits of an ffmpeg call that writes no file. */
export function readingLimits(limits: VideoLimits, wallSeconds: number): ProcessLimits {
  return { memoryBytes: limits.memoryBytes, cpuSeconds: wallSeconds * limits.threads, fileBytes: 0, wallSeconds };
}

/** Refuses frames over the limit inside the decoder, before it allocates them. */
export function pixelCap(limits: VideoLimits): string[] {
  return ['-max_pixels', String(limits.maxSide ** 2)];
}

/**
 * Describes the picture streams of a file, of any codec.
 * @param question.stream only the one of this index; its packets are counted then, which reads the whole file
 * @returns the answer, and whether a packet of that stream was cut
 * @throws VIDEO_CORRUPT, VIDEO_TRUNCATED, VIDEO_TOO_LARGE, VIDEO_TIMEOUT
 */
export async function askFfprobe(
  path: string,
  question: ProbeQuestion,
): Promise<ProbeAnswer & { incomplete: boolean }> {
  const { stream, signal } = question;
  const selected =
    stream === undefined ? ['-select_streams', 'v'] : ['-select_streams', String(stream), '-count_packets'];
  const cutPacket = new RegExp(`Packet corrupt \\(stream = ${stream},|stream ${stream}, offset \\w+: partial file`);
  let incomplete = false;
  const child = await startFfprobe(
    path,
    question,
    [...selected, '-show_entries', ENTRIES, '-of', 'json=c=1'],
    (line) => {
      incomplete ||= cutPacket.test(line);
    },
  );
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
    return { ...parseAnswer(Buffer.concat(chunks).toString()), incomplete };
  } finally {
    await child.stop();
  }
}

/**
 * Whether each packet of a stream has a time stamp that no other one has. Pieces that were joined may repeat theirs; then
 * a place cannot be found again by its time. Reads the whole file.
 * @throws VIDEO_TIMEOUT
 */
export async function hasUniqueTimes(path: string, question: ProbeQuestion & { stream: number }): Promise<boolean> {
  const output = ['-select_streams', String(question.stream), '-show_entries', 'packet=pts,dts', '-of', 'csv=p=0'];
  const child = await startFfprobe(path, question, output);
  const seen = new Set<string>();
  try {
    child.stdout.setEncoding('utf8');
    for await (const line of createInterface({ input: child.stdout })) {
      const [, pts, dts] = /^(-?\d+|N\/A),(-?\d+|N\/A)/.exec(line) ?? [];
      const time = pts === 'N/A' ? dts : pts;
      if (time === undefined) continue;
      if (time === 'N/A' || seen.has(time) || seen.size > MAX_PACKETS) return false;
      seen.add(time);
    }
    const exit = await child.exited;
    question.signal?.throwIfAborted();
    if (exit.code !== 0) throw child.diagnosis.failure(exit, 'Reading the packets', 'VIDEO_CORRUPT');
    return true;
  } finally {
    await child.stop();
  }
}

/** With the decoders of all streams within reach and none of them opened before it is looked at. */
async function startFfprobe(
  path: string,
  { demuxer, stream, limits, signal }: ProbeQuestion,
  output: string[],
  onLine?: (line: string) => void,
): Promise<ToolProcess> {
  const hard = readingLimits(limits, stream === undefined ? limits.probeSeconds : limits.decodeSeconds);
  const openable = await openableDecoders(hard);
  const decoders = ['v', 'a', 's', 'd'].flatMap((type) => [`-codec_whitelist:${type}`, openable]);
  return startTool({
    tool: 'ffprobe',
    inputs: [{ demuxer, url: `file:${resolve(path)}`, options: ['-max_pixels', LARGEST_COVER, ...decoders] }],
    output,
    limits: hard,
    signal,
    onLine,
  });
}

function parseAnswer(json: string): ProbeAnswer {
  try {
    return answerSchema.parse(JSON.parse(json));
  } catch (cause) {
    throw new CodedError('VIDEO_CORRUPT', 'The headers of the video make no sense.', { cause });
  }
}

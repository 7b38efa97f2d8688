import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { ApiClient } from '../api-client';
import { columns } from '../columns';
import { Failure } from '../failure';
import { videoSource, zipFrames } from '../frame-folder';
import { Interruption } from '../interruption';
import { PlatformCommands, type Output } from '../platform-commands';
import { ProgressDisplay } from '../progress-display';
import { isLarge } from '../resumable-upload';
import {
  videoFramePage,
  videoOf,
  videoPage,
  videoResource,
  type VideoFrameRow,
  type VideoResource,
} from '../video-resource';

type FramesCommand = Output & { out?: string; width?: number; frame: number[] };

const POLL_MS = 300;
/** Pictures under way at once: the server makes neighbours together. */
const AT_ONCE = 4;
const MIB = 2 ** 20;

/** `propago videos`, and `propago frames`: videos of a running platform, and pictures of their frames. */
export function registerVideos(program: Command, interruption: Interruption): void {
  const videos = program.command('videos').description('videos that are kept for runs, and their frames');
  const commands = new PlatformCommands(videos, interruption);
  const frame = (text: string, before: number[]) => [...before, wholeNumber(text)];

  commands
    .add('upload')
    .argument('<video>', 'file, zip or folder of frames')
    .description('send a video once, for any number of runs')
    .action(async (file: string, { json, ...connection }: Output) => {
      const video = await upload(commands.client(connection), file);
      console.log(json ? JSON.stringify(video) : video.id);
    });

  commands
    .add('list')
    .description('all videos, newest first')
    .action(async ({ json, ...connection }: Output) => {
      const found = await list(commands.client(connection));
      if (json) return console.log(JSON.stringify(found));
      const rows = found.map((video) => [
        video.id,
        sizeOf(video),
        framesOf(video),
        String(video.runs),
        video.fileName ?? '',
      ]);
      console.log(columns([['id', 'size', 'frames', 'runs', 'name'], ...rows]));
    });

  commands
    .add('show')
    .argument('<video>', 'id of a video, or of a run on it')
    .description('size, rate, codec, and how far its frames are known')
    .action(async (id: string, connection: Output) => {
      console.log(JSON.stringify(await videoOf(commands.client(connection), id), undefined, 2));
    });

  commands
    .add('frames')
    .argument('<video>', 'id of a video, or of a run on it')
    .description('the frame table; decodes the video where that has not been done')
    .action(async (id: string, { json, ...connection }: Output) => {
      const client = commands.client(connection);
      const rows = await tableOf(client, await videoOf(client, id), interruption.signal);
      if (json) return console.log(JSON.stringify(rows));
      const cells = rows.map((row) => [
        String(row.index),
        row.seconds.toFixed(3),
        row.keyFrame ? 'key' : '',
        row.name ?? '',
      ]);
      console.log(columns([['frame', 'seconds', '', ''], ...cells]));
    });

  commands
    .add('delete')
    .argument('<video>', 'id of a video without runs')
    .description('remove a video')
    .action(async (id: string, connection: Output) => {
      await commands.client(connection).call('DELETE', `/v1/videos/${encodeURIComponent(id)}`);
    });

  new PlatformCommands(program, interruption)
    .add('frames')
    .argument('<video-or-run>', 'id of a video, or of a run on it')
    .description('save pictures of frames, upright and as the encoder sees them, to draw masks on')
    .option('--out <folder>', 'folder for 00000.jpg, 00001.jpg, …', 'frames')
    .option('--width <px>', 'pixels of a row; the full size by default', wholeNumber)
    .option('--frame <n>', 'only this frame (may be repeated)', frame, [])
    .action((id: string, command: FramesCommand) => savePictures(commands.client(command), id, command, interruption));
}

function wholeNumber(text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new Failure(`Expected a whole number, but received '${text}'.`, 2);
}

async function upload(client: ApiClient, file: string): Promise<VideoResource> {
  const { folder, ...source } = videoSource(file);
  const display = new ProgressDisplay(process.stderr, undefined, 'MiB');
  const show = (bytes: number) => display.update(Math.floor(bytes / MIB), null, 'sent');
  let sent = 0;
  const open = (): Readable =>
    Readable.from(
      (async function* () {
        for await (const chunk of folder ? zipFrames(file) : createReadStream(file)) {
          yield chunk as Buffer;
          sent += (chunk as Buffer).length;
          show(sent);
        }
      })(),
    );
  try {
    if (!isLarge(file)) {
      return videoResource.parse(await client.submit('/v1/videos', [{ name: 'video', ...source, open }]));
    }
    const { uploadId, forget } = await client.sendFile(file, source.fileName, show);
    const video = videoResource.parse(await client.call('POST', '/v1/videos', { uploadId }));
    await forget();
    return video;
  } finally {
    display.end();
  }
}

async function list(client: ApiClient): Promise<VideoResource[]> {
  const found: VideoResource[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
    const page = videoPage.parse(await client.call('GET', `/v1/videos?limit=200${query}`));
    found.push(...page.items);
    cursor = page.next;
  }
  return found;
}

/** All rows, as they become known. @throws Failure where the video cannot be decoded */
async function tableOf(client: ApiClient, { id }: VideoResource, signal: AbortSignal): Promise<VideoFrameRow[]> {
  const rows: VideoFrameRow[] = [];
  const display = new ProgressDisplay();
  try {
    for (;;) {
      const cursor = rows.length > 0 ? `&cursor=${rows.at(-1)!.index}` : '';
      const page = videoFramePage.parse(await client.call('GET', `/v1/videos/${id}/frames?limit=1000${cursor}`));
      rows.push(...page.items);
      display.update(rows.length, page.frames, 'decoded');
      if (rows.length === page.frames) return rows;
      const { error } = page.decoding;
      if (error) throw new Failure(`${error.code}: ${error.detail ?? 'the video cannot be decoded'}`);
      if (page.items.length === 0) await sleep(POLL_MS, undefined, { signal });
    }
  } finally {
    display.end();
  }
}

async function savePictures(
  client: ApiClient,
  id: string,
  { out = 'frames', width, frame, json }: FramesCommand,
  { signal }: Interruption,
): Promise<void> {
  const video = await videoOf(client, id);
  const wanted = frame.length > 0 ? frame : (await tableOf(client, video, signal)).map(({ index }) => index);
  const folder = resolve(out);
  await mkdir(folder, { recursive: true });
  const display = new ProgressDisplay();
  const query = width === undefined ? '' : `?width=${width}`;
  const queue = [...wanted];
  let saved = 0;
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const file = join(folder, `${String(next).padStart(5, '0')}.jpg`);
      await client.save(`/v1/videos/${video.id}/frames/${next}/image.jpg${query}`, file);
      display.update(++saved, wanted.length, 'pictures');
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    display.end();
  }
  console.log(
    json ? JSON.stringify({ video: video.id, pictures: saved, output: folder }) : `${saved} pictures: ${folder}`,
  );
}

function sizeOf({ width, height }: VideoResource): string {
  return `${width}x${height}`;
}

function framesOf({ frames, decoding }: VideoResource): string {
  return frames === null ? decoding.state : String(frames);
}

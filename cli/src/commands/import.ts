import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { z } from 'zod';
import { CodedError } from '@propago/contracts';
import { readAnnotations, type ReadAnnotations } from '@propago/formats';
import { ApiClient } from '../api-client';
import { keyOption, type Connection } from '../connection';
import { Failure } from '../failure';
import { Interruption } from '../interruption';
import { matchObjects } from '../object-mapping';

const videoOfRun = z.object({ video: z.object({ width: z.number(), height: z.number() }) });
const runObject = z.object({ id: z.number(), name: z.string().nullable() });
const objectList = z.object({ items: z.array(runObject) });

type ImportCommand = Connection & { frames?: string };

/** `propago import`: what was drawn in another program becomes prompts of a run. */
export function registerImport(program: Command, interruption: Interruption): void {
  program
    .command('import')
    .description('take what was drawn in another program as prompts: COCO, LabelMe, Label Studio, CVAT XML')
    .argument('<run>', 'id of the run')
    .argument('<file>', 'JSON or XML of that program')
    .option('--frames <a,b>', 'the frames to take, such as 0,57; all that the file speaks of when absent')
    .option('--server <url>', 'address of the platform', 'http://127.0.0.1:8080')
    .addOption(keyOption())
    .action((run: string, file: string, command: ImportCommand) => importFile(run, file, command, interruption));
}

async function importFile(
  run: string,
  file: string,
  { frames: wanted, ...connection }: ImportCommand,
  { signal }: Interruption,
): Promise<void> {
  const text = readFile(file);
  const client = new ApiClient(connection, signal);
  const address = `/v1/runs/${encodeURIComponent(run)}`;
  const size = videoOfRun.parse(await client.call('GET', address)).video;
  const read = readOf(text, size);
  const frames = chosen(read, wanted);
  const ids = await objectsOf(client, address, read, frames);
  for (const frame of frames) {
    const objects = read.masksOn(frame, size).map(({ object, rle }) => ({ id: ids.get(object.key)!, rle }));
    if (objects.length > 0) await client.call('PUT', `${address}/prompts/${frame}`, { objects });
  }
  console.log(`${frames.length} frames, objects ${[...new Set(ids.values())].sort((a, b) => a - b).join(', ')}`);
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new Failure(`there is no file ${file}`, 2);
  }
}

function readOf(text: string, { width, height }: { width: number; height: number }): ReadAnnotations {
  try {
    const read = readAnnotations(text, { width, height });
    if (read.size && (read.size.width !== width || read.size.height !== height)) {
      throw new Failure(
        `the file is about pictures of ${read.size.width}x${read.size.height} pixels, and the video has ${width}x${height}`,
      );
    }
    return read;
  } catch (error) {
    throw error instanceof CodedError ? new Failure(`${error.code}: ${error.message}`) : error;
  }
}

function chosen(read: ReadAnnotations, wanted: string | undefined): number[] {
  const all = read.frameNumbers;
  if (wanted === undefined) return all;
  return wanted.split(',').map((text) => {
    const frame = Number(text);
    if (!all.includes(frame)) throw new Failure(`the file says nothing about frame ${text}`, 2);
    return frame;
  });
}

/** The ids of all objects on some frames; those that the run does not have are added to it. */
async function objectsOf(
  client: ApiClient,
  address: string,
  read: ReadAnnotations,
  frames: readonly number[],
): Promise<Map<string, number>> {
  const found = new Map(frames.flatMap((frame) => read.on(frame).map((object) => [object.key, object] as const)));
  const { items } = objectList.parse(await client.call('GET', `${address}/objects`));
  const ids = matchObjects([...found.values()], items);
  for (const { key, name } of found.values()) {
    if (ids.has(key)) continue;
    ids.set(key, runObject.parse(await client.call('POST', `${address}/objects`, { name })).id);
  }
  return ids;
}

import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { z } from 'zod';
import { ApiClient } from '../api-client';
import { keyOption, type Connection } from '../connection';
import { Failure } from '../failure';
import { Interruption } from '../interruption';

const taken = z.object({ frames: z.array(z.number()), objects: z.array(z.object({ id: z.number() })) });

type ImportCommand = Connection & { frames?: string };

/** `propago import`: what was drawn in another program becomes prompts of a run. */
export function registerImport(program: Command, interruption: Interruption): void {
  program
    .command('import')
    .description(
      'take what was drawn in another program as prompts: COCO, LabelMe, Label Studio, CVAT XML; key points of COCO, DeepLabCut, SLEAP',
    )
    .argument('<run>', 'id of the run')
    .argument('<file>', 'JSON, XML or csv of that program')
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
  const answer = await new ApiClient(connection, signal).importPrompts(run, readFile(file), wanted);
  const { frames, objects } = taken.parse(answer);
  console.log(`${frames.length} frames, objects ${objects.map(({ id }) => id).join(', ')}`);
}

function readFile(file: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(readFileSync(file));
  } catch {
    throw new Failure(`there is no file ${file}`, 2);
  }
}

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { repoRoot } from '@propago/local-stack';
import type { ApiClient } from './api-client';
import { Failure } from './failure';

const artifactList = z.object({
  items: z.array(z.object({ name: z.string(), kind: z.string(), step: z.number().nullable() })),
});
const probed = z.object({ event: z.literal('probe'), scores: z.record(z.string(), z.number()) });

export interface ProbeOptions {
  /** Folder in DAVIS layout to score on, besides generated clips. */
  sequences?: string;
  /** Folder of the figures. */
  output: string;
  /** That of this installation where it is undefined. */
  python?: string;
}

/** What a look at a checkpoint gave. */
export interface Probe {
  checkpoint: string;
  /** Mean IoU of propagated labels, percent: of generated clips, of each sequence, and their mean. */
  scores: Record<string, number>;
  /** Of the figures. */
  files: string[];
}

/**
 * Looks at the last checkpoint of a platform's training run, also of one that goes on, failed or was cancelled: scores and
 * figures, made on this machine by the trainer's Python.
 *
 * @throws Failure where there is no checkpoint or no Python, or with what the program says
 */
export async function probeTraining(
  client: ApiClient,
  path: string,
  { sequences, output, python = join(repoRoot(), '.propago/trainer/venv/bin/python') }: ProbeOptions,
  signal: AbortSignal,
): Promise<Probe> {
  if (!existsSync(python)) {
    const advice = '"npm run test:trainer" makes that of this installation; --python names another one';
    throw new Failure(`There is no Python at ${python}: ${advice}.`, 2);
  }
  const { items } = artifactList.parse(await client.call('GET', `${path}/artifacts`));
  const checkpoints = items.filter(({ kind }) => kind === 'checkpoint');
  const newest = checkpoints.sort((a, b) => (b.step ?? 0) - (a.step ?? 0))[0];
  if (!newest) throw new Failure('The run has no checkpoint yet.');
  const folder = await mkdtemp(join(tmpdir(), 'propago-probe-'));
  try {
    const file = join(folder, newest.name);
    await client.save(`${path}/artifacts/${encodeURIComponent(newest.name)}`, file);
    await mkdir(output, { recursive: true });
    const on = sequences === undefined ? [] : ['--sequences', resolve(sequences)];
    const said = await run(python, ['probe', file, '--out', resolve(output), ...on], signal);
    const { scores } = probed.parse(JSON.parse(said.trim().split('\n').at(-1)!));
    const pictures = (await readdir(output)).filter((name) => name.endsWith('.png')).sort();
    return { checkpoint: newest.name, scores, files: pictures.map((name) => join(output, name)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns what a command of the trainer's program writes */
function run(python: string, command: string[], signal: AbortSignal): Promise<string> {
  const cwd = join(repoRoot(), 'services/trainer');
  const child = spawn(python, ['-m', 'propago_trainer', ...command], { cwd, signal });
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  return new Promise((settle, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) settle(output);
      else reject(new Failure(errors.trim().split('\n').at(-1) || `The program ended with ${code}.`));
    });
  });
}

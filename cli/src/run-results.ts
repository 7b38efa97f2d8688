import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiClient } from './api-client';
import { unpackMasks } from './mask-archive';
import { RunResource } from './run-resource';

/** What a finished run left in its folder. */
export interface SavedRun {
  masks: number;
  seconds: number | null;
  firstMaskSeconds: number | null;
}

/** Writes masks/, overlay.mp4 and run.json (the run and its frames) of a finished run into a folder. */
export async function saveResults(client: ApiClient, run: RunResource, folder: string): Promise<SavedRun> {
  await mkdir(folder, { recursive: true });
  // Masks of an earlier, longer run would otherwise stay among the new ones, and logs of one that failed beside them.
  for (const old of ['masks', 'logs']) await rm(join(folder, old), { recursive: true, force: true });
  const archive = join(folder, 'masks.zip');
  await client.download(run.id, 'masks.zip', archive);
  const masks = await unpackMasks(archive, join(folder, 'masks'));
  await rm(archive, { force: true });
  await client.download(run.id, 'overlay.mp4', join(folder, 'overlay.mp4'));
  const frames = await client.frames(run.id);
  await writeFile(join(folder, 'run.json'), `${JSON.stringify({ ...run, frames }, null, 2)}\n`);
  return { masks, seconds: run.timings?.seconds ?? null, firstMaskSeconds: run.timings?.firstMaskSeconds ?? null };
}

/** Seconds for people. */
export const seconds = (value: number | null): string => (value === null ? 'unknown' : `${value.toFixed(1)} s`);

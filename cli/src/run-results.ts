import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiClient } from './api-client';
import { unpackMasks } from './mask-archive';
import { RunResource } from './run-resource';

/** What a finished run left in its folder. */
export interface SavedRun {
  frames: number;
  masks: number;
  seconds: number | null;
  firstMaskSeconds: number | null;
}

/**
 * Writes what a finished run has into a folder: masks/, keypoints.csv, overlay.mp4, and run.json with the run and its
 * frames, which hold the key points too.
 */
export async function saveResults(client: ApiClient, run: RunResource, folder: string): Promise<SavedRun> {
  await mkdir(folder, { recursive: true });
  // Masks of an earlier, longer run would otherwise stay among the new ones, and logs of one that failed beside them.
  for (const old of ['masks', 'keypoints.csv', 'logs']) await rm(join(folder, old), { recursive: true, force: true });
  // A server of before has masks in every run.
  const masks = run.classIds?.length === 0 ? 0 : await saveMasks(client, run, folder);
  await client.download(run.id, 'overlay.mp4', join(folder, 'overlay.mp4'));
  const frames = await client.frames(run.id);
  if (frames.some(({ keypoints = [] }) => keypoints.length > 0)) {
    await client.download(run.id, 'keypoints.csv', join(folder, 'keypoints.csv'));
  }
  await writeFile(join(folder, 'run.json'), `${JSON.stringify({ ...run, frames }, null, 2)}\n`);
  const { seconds: all, firstMaskSeconds } = run.timings ?? {};
  return { frames: frames.length, masks, seconds: all ?? null, firstMaskSeconds: firstMaskSeconds ?? null };
}

async function saveMasks(client: ApiClient, run: RunResource, folder: string): Promise<number> {
  const archive = join(folder, 'masks.zip');
  await client.download(run.id, 'masks.zip', archive);
  const masks = await unpackMasks(archive, join(folder, 'masks'));
  await rm(archive, { force: true });
  return masks;
}

/** Seconds for people. */
export const seconds = (value: number | null): string => (value === null ? 'unknown' : `${value.toFixed(1)} s`);

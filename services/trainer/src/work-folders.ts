import { mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { WorkFolder } from './training-inputs.service';

const PREFIX = 'propago-training-';

/** An empty folder for one run; its name tells which process it belongs to. */
export async function makeWorkFolder(parent: string): Promise<WorkFolder> {
  const folder = await mkdtemp(path.join(parent, `${PREFIX}${process.pid}-`));
  return { path: folder, out: path.join(folder, 'out') };
}

/** Removes the folders of trainers that were killed. To be called before this process makes any. */
export async function sweepWorkFolders(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    if (!name.startsWith(PREFIX)) continue;
    const pid = Number(name.slice(PREFIX.length).split('-')[0]);
    // In a container every trainer has the same pid, and only one can be alive.
    if (pid === process.pid || !isAlive(pid)) await rm(path.join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

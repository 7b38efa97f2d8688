import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { asStorageFull } from './storage-full';

/** The start tells this process from an earlier one of its pid: in a container the main process always has the same. */
const STARTED = Math.round(performance.timeOrigin);
const NAME = /^propago-[a-z]+-(\d+)-(\d+)-(.+)-[^-]+$/;

/**
 * Lends an empty folder, and removes it when `use` has ended. What processes left that were killed goes first, so that
 * one that is killed time after time does not fill the disk.
 * @param what it is for, in small letters
 * @throws CodedError STORAGE_FULL when the folder's disk has no room, for the work or for a program that it calls
 */
export async function withScratchFolder<T>(
  what: string,
  use: (folder: string) => Promise<T>,
  parent = tmpdir(),
): Promise<T> {
  try {
    const folder = await makeScratchFolder(what, parent);
    try {
      return await use(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  } catch (error) {
    throw asStorageFull(error, 'the folder for temporary files');
  }
}

/** Makes such a folder for longer; what makes it must remove it. What killed processes left goes first. */
export async function makeScratchFolder(what: string, parent = tmpdir()): Promise<string> {
  await sweepScratchFolders(parent);
  return mkdtemp(join(parent, `propago-${what}-${process.pid}-${STARTED}-${hostname()}-`));
}

/** Removes what processes left that were killed. A folder that is not there has none. */
export async function sweepScratchFolders(parent = tmpdir()): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const [, pid, started, host] = NAME.exec(name) ?? [];
    // A container with another name may have pids of its own: nobody here knows which of them live.
    if (host !== hostname() || isAlive(Number(pid), Number(started))) continue;
    // Another user's cannot be removed, and hinders nobody.
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => {});
  }
}

function isAlive(pid: number, started: number): boolean {
  if (pid === process.pid) return started === STARTED;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

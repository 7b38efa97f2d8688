import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** The pid that holds the lock; NaN while its holder has not written it yet. */
const holderOf = (folder) => {
  try {
    return Number.parseInt(readFileSync(path.join(folder, 'pid'), 'utf8'), 10);
  } catch {
    return Number.NaN;
  }
};

/**
 * Runs `work` while holding the lock `folder` (a folder, because mkdir is atomic everywhere).
 * Waits for another holder; takes over the lock of a process that died.
 */
export async function withLock(folder, work) {
  mkdirSync(path.dirname(folder), { recursive: true });
  let nameless = 0;
  for (;;) {
    try {
      mkdirSync(folder);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = holderOf(folder);
    nameless = Number.isNaN(holder) ? nameless + 1 : 0;
    if (nameless > 20 || (!Number.isNaN(holder) && !isAlive(holder))) {
      // Renaming is atomic: of two waiters that see the dead holder, one removes the lock.
      const dead = `${folder}.dead-${process.pid}`;
      try {
        renameSync(folder, dead);
        rmSync(dead, { recursive: true, force: true });
      } catch {
        // another waiter was first
      }
      nameless = 0;
      continue;
    }
    await sleep(100);
  }
  try {
    writeFileSync(path.join(folder, 'pid'), `${process.pid}\n`);
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

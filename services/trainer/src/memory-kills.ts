import { readFile } from 'node:fs/promises';

/** How many processes of this container the kernel has killed because memory ran out; 0 where nobody counts. */
export async function memoryKills(): Promise<number> {
  try {
    const events = await readFile('/sys/fs/cgroup/memory.events', 'utf8');
    return Number(/^oom_kill (\d+)$/m.exec(events)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

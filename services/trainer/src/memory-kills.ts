import { readFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * How many processes of this control group, the container's or that of the session on a bare host, the kernel has killed
 * because memory ran out; 0 where nobody counts.
 */
export async function memoryKills(own = '/proc/self/cgroup', groups = '/sys/fs/cgroup'): Promise<number> {
  try {
    // Control groups v2: one line, 0::/path below the mount.
    const [, group = '/'] = /^0::(.+)$/m.exec(await readFile(own, 'utf8')) ?? [];
    const events = await readFile(path.join(groups, group, 'memory.events'), 'utf8');
    return Number(/^oom_kill (\d+)$/m.exec(events)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** CPU seconds of one process so far, and the most memory it has held. */
export interface ProcessUsage {
  /** The thread that runs JavaScript. */
  mainThread: number;
  /** All other threads: workers, native thread pools, garbage collection. */
  otherThreads: number;
  /** All that descends from it, running or waited for. */
  children: number;
  /** Bytes; the sum of its own and that of what descends from it and runs, such as the encoders of a features worker. */
  peakMemory: number;
}

/** Linux only: reads /proc. */
export function processUsage(pid: number): ProcessUsage {
  const whole = fields(`/proc/${pid}/stat`);
  const mainThread = cpu(fields(`/proc/${pid}/task/${pid}/stat`));
  const tree = descendants(pid);
  return {
    mainThread,
    otherThreads: cpu(whole) - mainThread,
    children: tree.reduce((sum, { seconds }) => sum + seconds, 0) - cpu(whole),
    peakMemory: tree.reduce((sum, each) => sum + each.peakMemory, 0),
  };
}

/** CPU seconds of a process and everything that descends from it. */
export function treeCpu(pid: number): number {
  return descendants(pid).reduce((sum, { seconds }) => sum + seconds, 0);
}

/** A process and all that descends from it: CPU seconds with those of children that were waited for, and peak memory in bytes. */
function descendants(pid: number): { seconds: number; peakMemory: number }[] {
  const processes = new Map<number, { parent: number; seconds: number; peakMemory: number }>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = fields(`/proc/${name}/stat`);
      const children = (Number(stat[13]) + Number(stat[14])) / TICKS_PER_SECOND;
      const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${name}/status`, 'utf8'));
      const peakMemory = Number(peak?.[1] ?? 0) * 1024;
      processes.set(Number(name), { parent: Number(stat[1]), seconds: cpu(stat) + children, peakMemory });
    } catch {
      // It has ended in between.
    }
  }
  const found = (id: number): { seconds: number; peakMemory: number }[] => {
    const own = processes.get(id);
    const below = [...processes].filter(([, { parent }]) => parent === id).flatMap(([child]) => found(child));
    return own ? [own, ...below] : below;
  };
  return found(pid);
}

/** The fields of a stat file from `state` on; the name before them may hold anything. */
function fields(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function cpu(stat: string[]): number {
  return (Number(stat[11]) + Number(stat[12])) / TICKS_PER_SECOND;
}

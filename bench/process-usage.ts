import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** CPU seconds of one process so far, and the most memory it has held. */
export interface ProcessUsage {
  /** The thread that runs JavaScript. */
  mainThread: number;
  /** All other threads: workers, native thread pools, garbage collection. */
  otherThreads: number;
  /** Children that have ended and were waited for. */
  children: number;
  /** Bytes. */
  peakMemory: number;
}

/** Linux only: reads /proc. */
export function processUsage(pid: number): ProcessUsage {
  const whole = fields(`/proc/${pid}/stat`);
  const mainThread = cpu(fields(`/proc/${pid}/task/${pid}/stat`));
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return {
    mainThread,
    otherThreads: cpu(whole) - mainThread,
    children: (Number(whole[13]) + Number(whole[14])) / TICKS_PER_SECOND,
    peakMemory: Number(peak?.[1] ?? 0) * 1024,
  };
}

/** CPU seconds of a process and everything that descends from it. */
export function treeCpu(pid: number): number {
  const processes = new Map<number, { parent: number; seconds: number }>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = fields(`/proc/${name}/stat`);
      const children = (Number(stat[13]) + Number(stat[14])) / TICKS_PER_SECOND;
      processes.set(Number(name), { parent: Number(stat[1]), seconds: cpu(stat) + children });
    } catch {
      // It has ended in between.
    }
  }
  const sum = (id: number): number =>
    [...processes].reduce(
      (total, [child, { parent }]) => (parent === id ? total + sum(child) : total),
      processes.get(id)?.seconds ?? 0,
    );
  return sum(pid);
}

/** The fields of a stat file from `state` on; the name before them may hold anything. */
function fields(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function cpu(stat: string[]): number {
  return (Number(stat[11]) + Number(stat[12])) / TICKS_PER_SECOND;
}

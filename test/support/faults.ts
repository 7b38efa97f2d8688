import { setTimeout as sleep } from 'node:timers/promises';
import Bull from 'bull';
import { type History, QUICK_RECOVERY, WORKERS } from './campaign';
import { type Platform, until } from './platform';
import { oneOf } from './random-corrections';
import type { SmallDisk } from './small-disk';

/** What faults are done to. */
export interface Disturbed {
  platform: Platform;
  /** The disk of its storage; null where none can be mounted. */
  disk: SmallDisk | null;
  history: History;
  next: () => number;
}

const LOCK_MS = Number(QUICK_RECOVERY.QUEUE_LOCK_SECONDS) * 1000;

const anyWorker = ({ next }: Disturbed) => [oneOf(next, WORKERS), Math.floor(next() * 2)] as const;

async function killServer({ platform }: Disturbed, name: 'postgres' | 'redis' | 'nats'): Promise<void> {
  const { pids } = platform.stack.servers;
  const pid = pids[name]!;
  process.kill(pid, 'SIGKILL');
  await until(`${name} is back`, async () => pids[name] !== pid);
}

/** Each does one thing to the platform, and ends when that is over; it says what it has chosen. */
const FAULTS: Record<string, (sut: Disturbed) => Promise<string>> = {
  kill: async (sut) => {
    const [service, index] = anyWorker(sut);
    await sut.platform.stack.services.kill(service, index, 'SIGKILL');
    await sut.platform.stack.services.restart(service, index);
    return `${service} ${index}`;
  },
  end: async (sut) => {
    const [service, index] = anyWorker(sut);
    return `${service} ${index} ${await sut.platform.stack.services.restart(service, index)}`;
  },
  freeze: async (sut) => {
    const [service, index] = anyWorker(sut);
    const pid = sut.platform.stack.services.pid(service, index);
    const ms = LOCK_MS * (1.25 + sut.next());
    process.kill(pid, 'SIGSTOP');
    await sleep(ms);
    process.kill(pid, 'SIGCONT');
    return `${service} ${index} for ${(ms / 1000).toFixed(1)} s`;
  },
  'kill beside the stages': async (sut) => {
    const service = oneOf(sut.next, ['gateway', 'models'] as const);
    await sut.platform.stack.services.kill(service, 0, 'SIGKILL');
    await sut.platform.stack.services.restart(service);
    return service;
  },
  'kill a server': async (sut) => {
    const name = oneOf(sut.next, ['postgres', 'redis', 'nats'] as const);
    await killServer(sut, name);
    return name;
  },
  'empty Redis': async ({ platform }) => {
    const queue = new Bull('flush', platform.stack.servers.redisUrl);
    await queue.client.flushall();
    await queue.close();
    return '';
  },
  'fill the disk': async ({ disk, next }) => {
    if (!disk) return 'none can be mounted here';
    const ms = 1000 + next() * 2000;
    await disk.fill();
    await sleep(ms);
    await disk.free();
    return `for ${(ms / 1000).toFixed(1)} s`;
  },
};

/** One random fault after the other, with a pause of up to `pauseMs` before each, until it is told to stop. @returns how many */
export async function disturb(sut: Disturbed, isOver: () => boolean, pauseMs = 4000): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (;;) {
    await sleep(500 + sut.next() * pauseMs);
    if (isOver()) return counts;
    const name = oneOf(sut.next, Object.keys(FAULTS));
    sut.history.note(`fault: ${name}`);
    // One that is not over in time is one all the same; at the end everything must be ready.
    const how = await FAULTS[name]!(sut).catch((error: Error) => error.message);
    sut.history.note(`over: ${name} ${how}`);
    counts[name] = (counts[name] ?? 0) + 1;
  }
}

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Servers } from './servers';
import type { ServiceProcess } from './services';
import { isLocked } from './folder-lock';

/** What runs in a folder, as other commands on this machine find it. */
export interface StackState {
  /** Process that runs the platform. */
  pid: number;
  startedAt: string;
  /** Address of the API; null until the services run. */
  url: string | null;
  servers: Pick<Servers, 'databaseUrl' | 'redisUrl' | 'natsUrl' | 'storageUrl' | 'pids'>;
  services: ServiceProcess[];
}

const STATE = 'stack.json';
/** In the format of Prometheus' `file_sd_configs`. */
const TARGETS = 'metrics-targets.json';

/** Writes what runs in a folder, for {@link readStackState}, and where its metrics are. */
export function writeStackState(dir: string, state: StackState): void {
  // It holds the password of the database.
  writeWhole(join(dir, STATE), state, 0o600);
  const targets = state.services.map(({ url, name, index }) => ({
    targets: [new URL(url).host],
    labels: { service: name, index: String(index) },
  }));
  writeWhole(join(dir, TARGETS), targets, 0o644);
}

export function removeStackState(dir: string): void {
  for (const name of [STATE, TARGETS]) rmSync(join(dir, name), { force: true });
}

/** What runs in a folder now; undefined when nothing does. */
export async function readStackState(dir: string): Promise<StackState | undefined> {
  if (!(await isLocked(dir))) return undefined;
  try {
    return JSON.parse(readFileSync(join(dir, STATE), 'utf8')) as StackState;
  } catch {
    return undefined;
  }
}

function writeWhole(file: string, content: unknown, mode: number): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode });
  renameSync(`${file}.new`, file);
}

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QUEUES_OF } from '@propago/contracts';
import { postgresData, readStackState, type ServiceProcess, type StackState } from '@propago/local-stack';
import { columns } from '../columns';
import { diskUsage, type DiskUsage } from '../disk-usage';
import { Failure } from '../failure';

export interface StatusCommand {
  dir: string;
  json?: boolean;
}

interface ServiceStatus {
  name: string;
  index: number;
  pid: number;
  url: string;
  metrics: string;
  /** `ready`, or what is missing. */
  health: string;
  version: string | null;
  revision: string | null;
}

interface Status {
  folder: string;
  running: boolean;
  pid: number | null;
  startedAt: string | null;
  url: string | null;
  /** Servers that `propago up` started. */
  servers: { name: string; pid: number; address: string; running: boolean }[];
  services: ServiceStatus[];
  /** Jobs by stage and state; null where the platform cannot say. */
  queues: Record<string, Record<string, number>> | null;
  disk: DiskUsage;
}

const LIMIT_MS = 5000;

/**
 * `propago status`: what `propago up` runs in a folder, and what that takes.
 * @throws Failure when it does not run, or something of it is not ready
 */
export async function statusCommand({ dir, json }: StatusCommand): Promise<void> {
  const folder = resolve(dir);
  if (!existsSync(folder)) throw new Failure(`there is no folder ${folder}: give that of propago up by --dir`, 2);
  const status = await statusOf(folder);
  console.log(json ? JSON.stringify(status, null, 2) : describe(status));
  const isWell =
    status.running && status.services.length > 0 && status.services.every(({ health }) => health === 'ready');
  if (!isWell) throw new Failure(status.running ? 'not everything is ready' : `nothing runs in ${folder}`);
}

async function statusOf(folder: string): Promise<Status> {
  const state = await readStackState(folder);
  const storageUrl = state?.servers.storageUrl ?? '';
  const elsewhere = storageUrl !== '' && !storageUrl.startsWith('file:');
  const blobs = elsewhere ? undefined : storageUrl ? fileURLToPath(storageUrl) : join(folder, 'blobs');
  const services = await Promise.all((state?.services ?? []).map(serviceStatus));
  return {
    folder,
    running: state !== undefined,
    pid: state?.pid ?? null,
    startedAt: state?.startedAt ?? null,
    url: state?.url ?? null,
    servers: state ? serversOf(state) : [],
    services,
    queues: state ? await queuesOf(state.services) : null,
    disk: diskUsage(folder, blobs, postgresData(folder)),
  };
}

function serversOf({ servers }: StackState): Status['servers'] {
  const addresses = { postgres: servers.databaseUrl, redis: servers.redisUrl, nats: servers.natsUrl };
  const names = ['postgres', 'redis', 'nats'] as const;
  return names.flatMap((name) => {
    const pid = servers.pids[name];
    if (pid === undefined) return [];
    return [{ name, pid, address: new URL(addresses[name]).host, running: isAlive(pid) }];
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It may belong to another user, as PostgreSQL does.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function serviceStatus({ name, index, pid, url }: ServiceProcess): Promise<ServiceStatus> {
  const own = { name, index, pid, url, metrics: `${url}/metrics` };
  try {
    const answer = await fetch(`${url}/v2/health/ready`, { signal: AbortSignal.timeout(LIMIT_MS) });
    const body = (await answer.json()) as Partial<Record<'version' | 'revision', string>> & {
      ready?: boolean;
      dependencies?: Record<string, string>;
    };
    const missing = Object.entries(body.dependencies ?? {}).filter(([, outcome]) => outcome !== 'ok');
    const health = body.ready ? 'ready' : missing.map(([what, outcome]) => `${what}: ${outcome.trim()}`).join('; ');
    return { ...own, health: health || 'not ready', version: body.version ?? null, revision: body.revision ?? null };
  } catch {
    return { ...own, health: 'no answer', version: null, revision: null };
  }
}

/** Every service shows the same queues, so the first one that answers is asked. */
async function queuesOf(services: readonly ServiceProcess[]): Promise<Status['queues']> {
  for (const { url } of services) {
    const text = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(LIMIT_MS) })
      .then((answer) => answer.text())
      .catch(() => '');
    const queues: Record<string, Record<string, number>> = {};
    for (const [, stage, state, value] of text.matchAll(/^propago_queue_jobs\{stage="(\w+)",state="(\w+)"\} (\d+)/gm)) {
      (queues[stage!] ??= {})[state!] = Number(value);
    }
    if (Object.keys(queues).length > 0) return queues;
  }
  return null;
}

/** A service may work on queues beside that of its stage. */
function queuesOfService(name: string): readonly string[] {
  return (QUEUES_OF as Partial<Record<string, readonly string[]>>)[name] ?? [];
}

function describe({ folder, running, pid, startedAt, url, servers, services, queues, disk }: Status): string {
  const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const build = services.find(({ version }) => version !== null);
  const parts = [
    running ? `propago up runs in ${folder} (process ${pid}, since ${startedAt})` : `nothing runs in ${folder}`,
  ];
  if (url) parts.push(`API: ${url}${build ? `   version ${build.version} (${build.revision})` : ''}`);
  if (servers.length > 0) {
    const rows = servers.map((one) => [one.name, String(one.pid), one.address, one.running ? 'runs' : 'is away']);
    parts.push('', columns([['server', 'process', 'address', 'state'], ...rows]));
  }
  if (services.length > 0) {
    const rows = services.map((one) => [`${one.name}-${one.index}`, String(one.pid), one.metrics, one.health]);
    parts.push('', columns([['service', 'process', 'metrics', 'health'], ...rows]));
  }
  if (queues) {
    const rows = Object.entries(queues).map(([stage, jobs]) => [
      stage,
      ...['waiting', 'active', 'delayed'].map((state) => String(jobs[state] ?? 0)),
      String(services.filter(({ name }) => queuesOfService(name).includes(stage)).length),
    ]);
    parts.push('', columns([['queue', 'waiting', 'active', 'delayed', 'workers'], ...rows]));
  }
  const used = Object.entries(disk.used).map(([kind, bytes]) => [kind, mib(bytes)]);
  parts.push('', columns([['disk', ''], ...used, ['free', mib(disk.free)]]));
  return parts.join('\n');
}

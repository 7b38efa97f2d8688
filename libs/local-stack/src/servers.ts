import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { lockFolder } from './folder-lock';
import { LogRotation } from './log-rotation';
import { deployMigrations } from './migrations';
import { startNats } from './nats-server';
import { startPostgres } from './postgres-server';
import { upgradeDatabase } from './postgres-upgrade';
import { startRedis } from './redis-server';
import { settleReplacement } from './replacement';
import { AddressedServer, Watch } from './server';

/** What to start, and where. */
export interface ServersOptions {
  /** Folder for the servers' data and logs. Absent: a new one in the temporary folder, removed at the end. */
  dir?: string;
  /** Servers that are wanted. Default: all three. */
  need?: { postgres?: boolean; redis?: boolean; nats?: boolean };
  /** Keeps the data in `dir`, and uses those of an earlier start. Default false. */
  persistent?: boolean;
  /** Applies the migrations to the database. Default true. */
  migrate?: boolean;
  /** Source of DATABASE_URL, REDIS_URL and NATS_URL: a server named there is used as it is, and not started. Default process.env. */
  env?: NodeJS.ProcessEnv;
  /** Is told, in a sentence, that a database of an older PostgreSQL is copied. */
  onUpgrade?: (what: string) => void;
  /** Starts a server again that ends by itself. Absent: it stays down. */
  watch?: Pick<Watch, 'say' | 'onLost'>;
  /** A server was started again. */
  onChange?: () => void;
}

/** Addresses of running servers; a server that was not wanted has an empty one. */
export interface Servers {
  /** Folder with the data and `logs/`. */
  dir: string;
  databaseUrl: string;
  redisUrl: string;
  natsUrl: string;
  /** `file:` address of a folder for blobs below `dir`, or STORAGE_URL. */
  storageUrl: string;
  /** Process ids of the servers that this call started; a server that is started again has another one. */
  pids: Partial<Record<'postgres' | 'redis' | 'nats', number>>;
  /** Stops what was started and, unless persistent, removes its data. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts the servers that the platform needs on 127.0.0.1 and free ports. They end with this process, however it ends.
 *
 * @throws Error with the last lines of the log of a server that does not start; the others are stopped then
 */
export async function startServers(options: ServersOptions = {}): Promise<Servers> {
  const {
    need = { postgres: true, redis: true, nats: true },
    persistent = false,
    migrate = true,
    env = process.env,
  } = options;
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'propago-'));
  const logDir = join(dir, 'logs');
  mkdirSync(logDir, { recursive: true });
  // As root, PostgreSQL runs as another user, who must be able to pass through; listing stays forbidden.
  if (!options.dir) chmodSync(dir, 0o711);

  const upgrade = need.postgres && !env.DATABASE_URL ? (options.onUpgrade ?? (() => undefined)) : undefined;
  const release = persistent ? await takeFolder(dir, logDir, upgrade) : undefined;
  const started: AddressedServer[] = [];
  const pids: Servers['pids'] = {};
  const onStartOf = (name: keyof Servers['pids']) => (pid: number) => {
    pids[name] = pid;
    options.onChange?.();
  };
  const provide = async (
    name: keyof Servers['pids'],
    url: string | undefined,
    start: typeof startNats,
  ): Promise<string> => {
    if (!need[name]) return '';
    if (url) return url;
    const { watch } = options;
    const own = watch && { ...watch, onStart: onStartOf(name) };
    const server = await start({ dir, persistent, logDir, watch: own });
    started.push(server);
    pids[name] = server.pid;
    return server.url;
  };
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopping ??= (async () => {
      await Promise.all(started.map((server) => server.stop()));
      await release?.();
      if (persistent) return;
      const own = options.dir
        ? ['postgres', 'postgres.password', 'redis', 'blobs'].map((name) => join(dir, name))
        : [dir];
      for (const path of own) rmSync(path, { recursive: true, force: true });
    })());

  const results = await Promise.allSettled([
    provide('postgres', env.DATABASE_URL, startPostgres),
    provide('redis', env.REDIS_URL, startRedis),
    provide('nats', env.NATS_URL, startNats),
  ]);
  try {
    const [databaseUrl, redisUrl, natsUrl] = results.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    }) as [string, string, string];
    if (databaseUrl && migrate) await deployMigrations(databaseUrl);
    const storageUrl = env.STORAGE_URL || pathToFileURL(join(dir, 'blobs')).href;
    return { dir, databaseUrl, redisUrl, natsUrl, storageUrl, pids, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Takes a folder with data for this process, and makes it ready to be used.
 *
 * @param upgrade is told that the database is copied. Absent: it is not looked at
 * @returns gives the folder back
 */
async function takeFolder(
  dir: string,
  logDir: string,
  upgrade: ((what: string) => void) | undefined,
): Promise<() => Promise<void>> {
  // Two Redis servers on one append-only file would destroy it.
  const unlock = await lockFolder(dir);
  try {
    settleReplacement(dir);
    if (upgrade) await upgradeDatabase(dir, logDir, upgrade);
  } catch (error) {
    await unlock();
    throw error;
  }
  const rotation = new LogRotation(logDir);
  return async () => {
    rotation.stop();
    await unlock();
  };
}

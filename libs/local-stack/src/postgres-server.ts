import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { GuardedProcess } from './guarded-process';
import { ensureCluster, POSTGRES_USER as USER, postgresEnvironment } from './postgres-cluster';
import { PostgresHome, preparePostgresHome } from './postgres-home';
import { addressed, AddressedServer, ServerOptions } from './server';
import { startServer } from './start-server';

const DATABASE = 'propago';
// Data that nobody reads after a crash need no fsync.
const THROWAWAY = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'];

/** PostgreSQL from npm with an empty database, or the one of an earlier start in the same folder. */
export async function startPostgres(options: ServerOptions): Promise<AddressedServer> {
  return runPostgres(preparePostgresHome(options.dir), options);
}

/** As {@link startPostgres}, with programs and data that are prepared. */
export async function runPostgres(home: PostgresHome, options: ServerOptions): Promise<AddressedServer> {
  const { dir, persistent, logDir, watch } = options;
  const logFile = join(logDir, 'postgres.log');
  await releaseStaleLock(home.data);
  const password = await ensureCluster(home, dir, logFile);
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=200'];
  const program = join(home.native, 'bin/postgres');
  const spawnOn = (port: number) =>
    new GuardedProcess(
      'postgres',
      [program, '-D', home.data, '-p', String(port), ...settings, ...(persistent ? [] : THROWAWAY)],
      // Dying by QUIT, it takes its own children with it and removes its lock file.
      { logFile, owner: home.owner, cwd: home.data, env: postgresEnvironment(), deathSignal: 'QUIT' },
    );
  const ready = (port: number) => ensureDatabase(port, password);
  // SIGINT is a fast shutdown: connections that a killed service left open do not delay it.
  const server = await startServer({ spawnOn, ready, stopSignal: 'SIGINT' }, watch);
  return addressed(server, `postgresql://${USER}:${password}@127.0.0.1:${server.port}/${DATABASE}`, async () => {
    await server.stop();
    if (!persistent) rmSync(home.data, { recursive: true, force: true });
  });
}

/**
 * Removes the lock file of a server that was killed, when another program has its process id meanwhile: PostgreSQL would
 * refuse to start. The file of an id that nobody has stays, because by it PostgreSQL finds out whether children of the
 * killed server still work on the data.
 *
 * @throws Error when another server still works on the same data
 */
async function releaseStaleLock(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  for (let attempt = 0; existsSync(file); attempt++) {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    const who = whoIs(pid);
    if (who === 'nobody') return;
    if (who === 'another program') {
      rmSync(file, { force: true });
      return;
    }
    // A server whose parent was just killed needs a moment to end.
    if (attempt === 50)
      throw new Error(`the database in ${data} is in use by process ${pid}: is the platform running already?`);
    await sleep(100);
  }
}

function whoIs(pid: number): 'nobody' | 'a PostgreSQL' | 'another program' {
  if (!(pid > 0)) return 'another program';
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'nobody';
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres') ? 'a PostgreSQL' : 'another program';
  } catch {
    // No /proc: the process exists, and what it is cannot be told.
    return process.platform === 'linux' ? 'nobody' : 'a PostgreSQL';
  }
}

/** Whether the server answers and has the platform's database, which is created here. */
async function ensureDatabase(port: number, password: string): Promise<boolean> {
  const client = new Client({ host: '127.0.0.1', port, user: USER, password, database: 'postgres' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
    return true;
  } finally {
    await client.end();
  }
}

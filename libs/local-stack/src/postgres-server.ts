import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { GuardedProcess } from './guarded-process';
import { PostgresHome, preparePostgresHome } from './postgres-home';
import { RunningServer, ServerOptions } from './server';
import { startOnFreePort } from './start-server';

const DATABASE = 'propago';
const USER = 'propago';
// Data that nobody reads after a crash need no fsync.
const THROWAWAY = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'];

/** PostgreSQL 18 from npm with an empty database, or the one of an earlier start in the same folder. */
export async function startPostgres({ dir, persistent, logDir }: ServerOptions): Promise<RunningServer> {
  const home = preparePostgresHome(dir);
  const logFile = join(logDir, 'postgres.log');
  const password = await initialise(home, dir, logFile);
  await releaseStaleLock(home.data);
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=200'];
  const { process: server, port } = await startOnFreePort(
    (candidate) =>
      new GuardedProcess(
        'postgres',
        [
          join(home.native, 'bin/postgres'),
          '-D',
          home.data,
          '-p',
          String(candidate),
          ...settings,
          ...(persistent ? [] : THROWAWAY),
        ],
        // Dying by QUIT, it takes its own children with it and removes its lock file.
        { logFile, owner: home.owner, cwd: home.data, env: serverEnvironment(), deathSignal: 'QUIT' },
      ),
    (candidate) => ensureDatabase(candidate, password),
  );
  return {
    url: `postgresql://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`,
    pid: server.pid,
    // SIGINT is a fast shutdown: connections that a killed service left open do not delay it.
    stop: async () => {
      await server.stop('SIGINT');
      if (!persistent) rmSync(home.data, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL takes settings from PG* variables, and none of those is meant for this server. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('PG') && !name.startsWith('LC_'));
  return { ...Object.fromEntries(own), LC_ALL: 'C', TZ: 'UTC' };
}

/** Creates the cluster unless there is one. Resolves to its password, which lies beside it. */
async function initialise(home: PostgresHome, dir: string, logFile: string): Promise<string> {
  const passwordFile = join(dir, 'postgres.password');
  if (existsSync(join(home.data, 'PG_VERSION')) && existsSync(passwordFile))
    return readFileSync(passwordFile, 'utf8').trim();
  const password = randomBytes(16).toString('hex');
  const handover = join(home.data, '..', `.password-${process.pid}-${randomBytes(4).toString('hex')}`);
  // An initdb that was interrupted leaves a folder without PG_VERSION, which the next one would refuse.
  rmSync(home.data, { recursive: true, force: true });
  preparePostgresHome(dir);
  writeFileSync(handover, password, { mode: 0o600 });
  try {
    if (home.owner) await chown(handover, home.owner.uid, home.owner.gid);
    const initdb = new GuardedProcess(
      'initdb',
      [
        join(home.native, 'bin/initdb'),
        ...['-D', home.data, '-U', USER, `--pwfile=${handover}`, '--auth=scram-sha-256'],
        ...['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'],
      ],
      { logFile, owner: home.owner, cwd: home.data, env: serverEnvironment() },
    );
    const end = await initdb.exited;
    if (end !== 'exited with code 0') throw new Error(`initdb ${end}\n${initdb.logTail()}`);
  } finally {
    rmSync(handover, { force: true });
  }
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  return password;
}

/**
 * Removes the lock file of a server that was killed. A process id is used again sooner or later, and PostgreSQL would
 * then refuse to start; so the file stands only as long as that process is a PostgreSQL.
 *
 * @throws Error when another server still works on the same data
 */
async function releaseStaleLock(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  for (let attempt = 0; existsSync(file); attempt++) {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    if (!isPostgres(pid)) {
      rmSync(file, { force: true });
      return;
    }
    // A server whose parent was just killed needs a moment to end.
    if (attempt === 50)
      throw new Error(`the database in ${data} is in use by process ${pid}: is the platform running already?`);
    await sleep(100);
  }
}

function isPostgres(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return command.includes('postgres');
  } catch {
    // No /proc: the process exists, and what it is cannot be told.
    return process.platform !== 'linux';
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

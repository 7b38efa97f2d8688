import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GuardedProcess } from './guarded-process';
import { majorOfData, PostgresHome } from './postgres-home';

export const POSTGRES_USER = 'propago';

/** PostgreSQL takes settings from PG* variables, and none of those is meant for this server. */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('PG') && !name.startsWith('LC_'));
  return { ...Object.fromEntries(own), LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * Creates the cluster unless there is one.
 *
 * @returns its password, which lies beside the data in `dir`
 * @throws Error when the data are of another major version of PostgreSQL, which these programs cannot read
 */
export async function ensureCluster(home: PostgresHome, dir: string, logFile: string): Promise<string> {
  const passwordFile = join(dir, 'postgres.password');
  const major = majorOfData(home.data);
  if (major !== undefined && major !== majorOf(home)) throw new Error(otherMajor(home, major));
  if (major !== undefined && existsSync(passwordFile)) return readFileSync(passwordFile, 'utf8').trim();
  const password = randomBytes(16).toString('hex');
  if (major === undefined) await createCluster(home, password, logFile);
  else setPassword(home, password);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  return password;
}

export const majorOf = ({ version }: Pick<PostgresHome, 'version'>): string => version.split('.')[0]!;

export function otherMajor({ data, version }: Pick<PostgresHome, 'data' | 'version'>, major: string): string {
  return [
    `the data in ${data} are of PostgreSQL ${major}, and this version of Propago comes with PostgreSQL ${version}.`,
    'With the version of Propago that you had before, run "propago backup FILE"; with this one, "propago restore FILE --force".',
    `Nothing was changed.`,
  ].join('\n');
}

async function createCluster(home: PostgresHome, password: string, logFile: string): Promise<void> {
  const handover = join(home.data, '..', `.password-${process.pid}-${randomBytes(4).toString('hex')}`);
  // Made aside: an initdb that was interrupted leaves a folder that looks like a cluster and is none.
  const draft = `${home.data}.new`;
  rmSync(draft, { recursive: true, force: true });
  writeFileSync(handover, password, { mode: 0o600 });
  try {
    mkdirSync(draft, { mode: 0o700 });
    if (home.owner) for (const path of [handover, draft]) chownSync(path, home.owner.uid, home.owner.gid);
    const initdb = new GuardedProcess(
      'initdb',
      [
        join(home.native, 'bin/initdb'),
        ...['-D', draft, '-U', POSTGRES_USER, `--pwfile=${handover}`, '--auth=scram-sha-256'],
        ...['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'],
      ],
      { logFile, owner: home.owner, cwd: draft, env: postgresEnvironment() },
    );
    const end = await initdb.exited;
    if (end !== 'exited with code 0') throw new Error(`initdb ${end}\n${initdb.logTail()}`);
    rmSync(home.data, { recursive: true, force: true });
    renameSync(draft, home.data);
  } finally {
    rmSync(handover, { force: true });
  }
}

/** Gives a cluster whose password was lost a new one. Whoever can read the data needs none. */
function setPassword({ native, data, owner }: PostgresHome, password: string): void {
  const { status, stderr } = spawnSync(join(native, 'bin/postgres'), ['--single', '-D', data, 'postgres'], {
    ...owner,
    cwd: data,
    env: postgresEnvironment(),
    input: `ALTER ROLE ${POSTGRES_USER} PASSWORD '${password}'\n`,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the database cannot be given a new password:\n${stderr}`);
}

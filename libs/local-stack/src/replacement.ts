import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { postgresData } from './postgres-home';

/** What a platform keeps in its folder. */
export const KEPT = ['postgres', 'postgres.password', 'blobs', 'key-secret', 'redis'] as const;
type Kept = (typeof KEPT)[number];

interface Plan {
  /** What is taken from the replacement; whatever has the same name goes. */
  take: Kept[];
  /** What goes without anything in its place. */
  remove: Kept[];
  /** Where the database that was there is kept, if it is. */
  keepDatabaseAs?: string;
}

const FOLDER = 'replacement';
const PLAN = 'plan.json';

/** Where something that a platform keeps is: the database may be elsewhere than its folder. */
export const placeOf = (dir: string, name: Kept): string => (name === 'postgres' ? postgresData(dir) : join(dir, name));

/**
 * Makes room beside the data of a platform for others that are to take their place as a whole. Who calls this has the
 * folder locked.
 *
 * @returns a folder to build a platform's data in; without {@link replaceData} nothing of it counts
 */
export function prepareReplacement(dir: string): string {
  abandonReplacement(dir);
  const folder = join(dir, FOLDER);
  mkdirSync(folder, { recursive: true });
  // As root, the database has a user of its own, who must be able to pass through.
  chmodSync(folder, 0o711);
  return folder;
}

/** Removes what was prepared. */
export function abandonReplacement(dir: string): void {
  const folder = join(dir, FOLDER);
  // A database that was killed a moment ago may still write its last files.
  const all = { recursive: true, force: true, maxRetries: 20, retryDelay: 100 };
  for (const name of KEPT) rmSync(placeOf(folder, name), all);
  rmSync(folder, all);
}

/** Puts what was prepared in place. Once its plan is written, a process that is killed has only put this off. */
export function replaceData(dir: string, plan: Plan): void {
  const file = join(dir, FOLDER, PLAN);
  writeFileSync(`${file}.new`, JSON.stringify(plan), { flush: true });
  renameSync(`${file}.new`, file);
  flushFolder(join(dir, FOLDER));
  carryOut(dir, plan);
}

/**
 * Ends a replacement that was cut off: carries it out when it was complete, else removes it.
 * Who calls this has the folder locked.
 */
export function settleReplacement(dir: string): void {
  const file = join(dir, FOLDER, PLAN);
  if (existsSync(file)) carryOut(dir, JSON.parse(readFileSync(file, 'utf8')) as Plan);
  else if (existsSync(join(dir, FOLDER))) abandonReplacement(dir);
}

/** May be repeated from any point on. */
function carryOut(dir: string, { take, remove, keepDatabaseAs }: Plan): void {
  const folder = join(dir, FOLDER);
  for (const name of take) {
    const [from, to] = [placeOf(folder, name), placeOf(dir, name)];
    if (!existsSync(from)) continue;
    if (name === 'postgres' && keepDatabaseAs !== undefined && existsSync(to)) {
      rmSync(keepDatabaseAs, { recursive: true, force: true });
      renameSync(to, keepDatabaseAs);
    }
    rmSync(to, { recursive: true, force: true });
    renameSync(from, to);
  }
  for (const name of remove) rmSync(placeOf(dir, name), { recursive: true, force: true });
  flushFolder(dir);
  rmSync(folder, { recursive: true, force: true });
}

function flushFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

import { readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of a platform's folder. */
export interface DiskUsage {
  /** Free to this user on the file system of the folder. */
  free: number;
  /** By what they are: `database`, `queues`, `logs`, and the kinds of blobs such as `videos`. */
  used: Record<string, number>;
}

/** What a platform in `dir` takes, with its blobs in `blobs` and its database in `database`. */
export function diskUsage(dir: string, blobs: string | undefined, database: string): DiskUsage {
  const { bavail, bsize } = statfsSync(dir);
  const kinds = blobs === undefined ? [] : foldersOf(blobs);
  const used = {
    database: bytesBelow(database),
    queues: bytesBelow(join(dir, 'redis')),
    logs: bytesBelow(join(dir, 'logs')),
    ...Object.fromEntries(kinds.map((kind) => [kind, bytesBelow(join(blobs!, kind))])),
  };
  return { free: bavail * bsize, used };
}

const foldersOf = (folder: string): string[] =>
  entriesOf(folder)
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();

/** As the file system counts them; what goes meanwhile, or may not be read, is not counted. */
function bytesBelow(folder: string): number {
  let bytes = 0;
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += bytesBelow(path);
    else bytes += (statSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * 512;
  }
  return bytes;
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { ZipFile } from 'yazl';
import { buildInfo } from '@propago/build-info';
import {
  BackupFile,
  BackupManifest,
  blobEntry,
  Digest,
  isEntryName,
  MANIFEST,
  SECRET_ENTRY,
  tableEntry,
} from './backup-format';
import { lockFolder } from './folder-lock';
import { linkTree } from './link-tree';
import { readStackState } from './stack-state';
import { startServers } from './servers';
import { withSnapshot, type TableSnapshot } from './tables';

/** Blobs that no row names yet. */
const NOT_BACKED_UP = ['uploads'];
/** Holds the blobs of one moment while they are copied; what a killed backup left goes at the next one. */
const STAGING = 'backing-up';

/**
 * Writes everything that a platform keeps in a folder to one file: tables, blobs, the secret of its keys. The platform
 * may run meanwhile or not; the file holds one moment of it, and is there as a whole or not at all.
 *
 * @param signal gives it up, and leaves nothing
 * @throws Error when the blobs are not in a folder of this machine, another backup of it is under way, or the platform does not start or end here just now
 */
export async function backUp(dir: string, file: string, signal: AbortSignal): Promise<BackupManifest> {
  if (!existsSync(join(dir, 'blobs')) && !existsSync(join(dir, 'key-secret'))) {
    throw new Error(`there is no data of a platform in ${dir}`);
  }
  const release = await lockFolder(join(dir, STAGING)).catch(() => {
    throw new Error(`another backup of ${dir} is under way`);
  });
  try {
    return await backUpAlone(dir, file, signal);
  } finally {
    await release();
  }
}

async function backUpAlone(dir: string, file: string, signal: AbortSignal): Promise<BackupManifest> {
  const running = await readStackState(dir);
  if (running) return writeBackup(dir, file, running.servers, signal);
  const servers = await startServers({ dir, persistent: true, need: { postgres: true }, migrate: false });
  try {
    return await writeBackup(dir, file, servers, signal);
  } finally {
    await servers.stop();
  }
}

async function writeBackup(
  dir: string,
  file: string,
  { databaseUrl, storageUrl }: { databaseUrl: string; storageUrl: string },
  signal: AbortSignal,
): Promise<BackupManifest> {
  if (!storageUrl.startsWith('file:')) {
    throw new Error('the blobs are in a bucket: see "Backup and restore" of docs/operations.md');
  }
  const blobs = fileURLToPath(storageUrl);
  const staging = join(dir, STAGING);
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(dirname(resolve(file)), { recursive: true });
  // What a killed backup left is overwritten.
  const part = `${file}.part`;
  try {
    // Rows name blobs. One that goes while the rows are read is in the first look, one that comes in the second.
    linkBlobs(blobs, staging);
    const manifest = await withSnapshot(databaseUrl, async (snapshot) => {
      linkBlobs(blobs, staging);
      return writeArchive(part, snapshot, staging, join(dir, 'key-secret'), signal);
    });
    renameSync(part, file);
    return manifest;
  } finally {
    rmSync(part, { force: true });
    rmSync(staging, { recursive: true, force: true });
  }
}

function linkBlobs(blobs: string, staging: string): void {
  mkdirSync(staging, { recursive: true });
  if (!existsSync(blobs)) return;
  for (const { name } of readdirSync(blobs, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    if (!name.startsWith('.') && !NOT_BACKED_UP.includes(name)) linkTree(join(blobs, name), join(staging, name));
  }
}

async function writeArchive(
  file: string,
  snapshot: TableSnapshot,
  blobs: string,
  secret: string,
  signal: AbortSignal,
): Promise<BackupManifest> {
  const zip = new ZipFile();
  const writing = pipeline(zip.outputStream, createWriteStream(file, { mode: 0o600, flush: true }), { signal });
  writing.catch(() => undefined);
  const files: BackupFile[] = [];
  /** One entry after the other: the database is asked for one table at a time, and no blob is open before its turn. */
  const add = async (name: string, source: Readable, compress: boolean): Promise<void> => {
    const digest = new Digest();
    zip.addReadStream(digest, name, { compress });
    await Promise.race([pipeline(source, digest, { signal }), writing]);
    files.push({ name, ...digest.result() });
  };
  const tables: BackupManifest['tables'] = [];
  for (const { name, columns } of snapshot.tables) {
    let rows = 0;
    const lines = async function* () {
      for await (const batch of snapshot.rows(name)) {
        rows += batch.length;
        yield batch.map((row) => `${JSON.stringify(row)}\n`).join('');
      }
    };
    await add(tableEntry(name), Readable.from(lines(), { objectMode: false }), true);
    tables.push({ name, columns, rows });
  }
  // Videos, pictures and features are dense already.
  for (const key of keysBelow(blobs)) await add(blobEntry(key), createReadStream(join(blobs, key)), false);
  if (existsSync(secret)) await add(SECRET_ENTRY, createReadStream(secret), false);
  const { migrations } = snapshot;
  const manifest: BackupManifest = {
    ...{ format: 1, createdAt: new Date().toISOString(), ...buildInfo() },
    ...{ migrations, tables, files },
  };
  zip.addBuffer(Buffer.from(JSON.stringify(manifest)), MANIFEST);
  zip.end();
  await writing;
  return manifest;
}

function keysBelow(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  const keys = entries.map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
  return keys.filter((key) => isEntryName(blobEntry(key))).sort();
}

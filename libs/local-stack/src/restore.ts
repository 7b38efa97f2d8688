import { createWriteStream, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BackupArchive, damaged } from './backup-archive';
import { isTableEntry, SECRET_ENTRY, tableEntry, type BackupManifest } from './backup-format';
import { lockFolder } from './folder-lock';
import { deployMigrations } from './migrations';
import { abandonReplacement, KEPT, placeOf, prepareReplacement, replaceData, settleReplacement } from './replacement';
import { startServers } from './servers';
import { TableLoader } from './tables';

/** Bytes of rows that go to the database at once. */
const BATCH_BYTES = 1 << 20;

/**
 * Makes a folder hold the platform that {@link backUp} wrote to a file. Everything is read and checked before anything in
 * the folder changes; a process that is killed leaves either what was there or what was restored.
 *
 * @param force also where the folder holds a platform's data already, which are lost then
 * @param signal gives it up, and leaves what was there
 * @throws Error when the folder is in use or holds data, or when the file is damaged or of a newer version
 */
export async function restore(
  file: string,
  dir: string,
  { force, signal }: { force: boolean; signal: AbortSignal },
): Promise<BackupManifest> {
  mkdirSync(dir, { recursive: true });
  const unlock = await lockFolder(dir);
  try {
    settleReplacement(dir);
    const there = KEPT.filter((name) => isFilled(placeOf(dir, name)));
    if (there.length > 0 && !force) {
      throw new Error(
        `${dir} holds data already (${there.join(', ')}): choose another --dir, or replace them by --force`,
      );
    }
    const archive = await BackupArchive.open(file);
    try {
      await fill(prepareReplacement(dir), archive, signal);
    } catch (error) {
      abandonReplacement(dir);
      throw error;
    } finally {
      archive.close();
    }
    // The jobs in Redis are of another time; those that are missing are found by what the tables say.
    replaceData(dir, { take: ['postgres', 'postgres.password', 'blobs', 'key-secret'], remove: ['redis'] });
    return archive.manifest;
  } finally {
    await unlock();
  }
}

async function fill(folder: string, archive: BackupArchive, signal: AbortSignal): Promise<void> {
  const { manifest } = archive;
  mkdirSync(join(folder, 'blobs'));
  const servers = await startServers({
    dir: folder,
    persistent: true,
    need: { postgres: true },
    migrate: false,
    env: {},
  });
  try {
    await deployMigrations(servers.databaseUrl, manifest.migrations.at(-1));
    await TableLoader.run(servers.databaseUrl, async (loader) => {
      for (const table of manifest.tables) {
        const rows = await loader.load(table, batchesOf(await archive.read(tableEntry(table.name)), signal));
        if (rows !== table.rows) throw damaged(`${table.name} has ${rows} of ${table.rows} rows`);
      }
    });
  } finally {
    await servers.stop();
  }
  for (const { name } of manifest.files.filter((entry) => !isTableEntry(entry.name))) {
    const target = join(folder, name);
    await mkdir(dirname(target), { recursive: true });
    await pipeline(
      await archive.read(name),
      createWriteStream(target, { mode: name === SECRET_ENTRY ? 0o600 : 0o644 }),
      {
        signal,
      },
    );
  }
}

async function* batchesOf(lines: Readable, signal: AbortSignal): AsyncGenerator<string[]> {
  let [batch, bytes]: [string[], number] = [[], 0];
  let failure: Error | undefined;
  lines.on('error', (error: Error) => (failure = error));
  for await (const line of createInterface({ input: lines, crlfDelay: Infinity })) {
    signal.throwIfAborted();
    batch.push(JSON.parse(line) as string);
    bytes += line.length;
    if (bytes < BATCH_BYTES) continue;
    yield batch;
    [batch, bytes] = [[], 0];
  }
  if (failure) throw failure;
  if (batch.length > 0) yield batch;
}

/** Whether there is a file, or a folder with something in it. */
function isFilled(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    return readdirSync(path).length > 0;
  } catch {
    return true;
  }
}

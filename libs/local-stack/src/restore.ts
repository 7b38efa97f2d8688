import { createWriteStream, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Entry, open, ZipFile } from 'yauzl';
import { backupManifest, Digest, isTableEntry, MANIFEST, SECRET_ENTRY, tableEntry } from './backup-format';
import type { BackupFile, BackupManifest } from './backup-format';
import { lockFolder } from './folder-lock';
import { deployMigrations, knownMigrations } from './migrations';
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
    const archive = await Archive.open(file);
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

async function fill(folder: string, archive: Archive, signal: AbortSignal): Promise<void> {
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

/** A backup, opened and understood; each of its parts is held against its digest while it is read. */
class Archive {
  private constructor(
    private readonly zip: ZipFile,
    private readonly entries: Map<string, Entry>,
    readonly manifest: BackupManifest,
  ) {}

  static async open(file: string): Promise<Archive> {
    const zip = await new Promise<ZipFile>((resolve, reject) => {
      open(file, { lazyEntries: true, autoClose: false }, (error, opened) => {
        if (error) reject(new Error(`${file} is no backup: ${error.message}`));
        else resolve(opened);
      });
    });
    try {
      const entries = await entriesOf(zip);
      return new Archive(zip, entries, await manifestOf(zip, entries, file));
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  /** @throws Error through the stream, at its end, when the bytes are not those that were backed up */
  async read(name: string): Promise<Readable> {
    const known = this.manifest.files.find((entry) => entry.name === name);
    const entry = this.entries.get(name);
    if (!known || !entry) throw damaged(`${name} is missing`);
    const source = await streamOf(this.zip, entry);
    const checked = new Checked(known);
    source.on('error', (error) => checked.destroy(damaged(`${name}: ${error.message}`)));
    return source.pipe(checked);
  }

  close(): void {
    this.zip.close();
  }
}

class Checked extends Digest {
  constructor(private readonly expected: BackupFile) {
    super();
  }

  override _flush(done: (error?: Error) => void): void {
    const { bytes, sha256 } = this.result();
    const { name } = this.expected;
    done(bytes === this.expected.bytes && sha256 === this.expected.sha256 ? undefined : damaged(`${name} has changed`));
  }
}

const damaged = (what: string): Error => new Error(`the backup is damaged: ${what}`);

function entriesOf(zip: ZipFile): Promise<Map<string, Entry>> {
  return new Promise((resolve, reject) => {
    const entries = new Map<string, Entry>();
    zip.on('error', (error: Error) => reject(damaged(error.message)));
    zip.on('end', () => resolve(entries));
    zip.on('entry', (entry: Entry) => {
      entries.set(entry.fileName, entry);
      zip.readEntry();
    });
    zip.readEntry();
  });
}

async function manifestOf(zip: ZipFile, entries: Map<string, Entry>, file: string): Promise<BackupManifest> {
  const entry = entries.get(MANIFEST);
  if (!entry) throw new Error(`${file} is no backup of a platform: it has no ${MANIFEST}`);
  const chunks: Buffer[] = [];
  for await (const chunk of await streamOf(zip, entry)) chunks.push(chunk as Buffer);
  const given = JSON.parse(Buffer.concat(chunks).toString()) as Partial<BackupManifest>;
  const known = new Set(knownMigrations());
  const unknown = (given.migrations ?? []).filter((name) => !known.has(name));
  const parsed = backupManifest.safeParse(given);
  if (unknown.length > 0 || !parsed.success) {
    throw new Error(
      `${file} was made by version ${given.version ?? 'unknown'}, of which this one does not know ` +
        `${unknown.join(', ') || 'the format'}: restore it with that version or a newer one`,
    );
  }
  return parsed.data;
}

const streamOf = (zip: ZipFile, entry: Entry): Promise<Readable> =>
  new Promise((resolve, reject) =>
    zip.openReadStream(entry, (error, stream) => (error ? reject(damaged(error.message)) : resolve(stream))),
  );

/** Whether there is a file, or a folder with something in it. */
function isFilled(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    return readdirSync(path).length > 0;
  } catch {
    return true;
  }
}

import type { Readable } from 'node:stream';
import { Entry, open, ZipFile } from 'yauzl';
import { backupManifest, Digest, MANIFEST, type BackupFile, type BackupManifest } from './backup-format';
import { knownMigrations } from './migrations';

/** A backup, opened and understood; each of its parts is held against its digest while it is read. */
export class BackupArchive {
  private constructor(
    private readonly zip: ZipFile,
    private readonly entries: Map<string, Entry>,
    readonly manifest: BackupManifest,
  ) {}

  static async open(file: string): Promise<BackupArchive> {
    const zip = await new Promise<ZipFile>((resolve, reject) => {
      open(file, { lazyEntries: true, autoClose: false }, (error, opened) => {
        if (error) reject(new Error(`${file} is no backup: ${error.message}`));
        else resolve(opened);
      });
    });
    try {
      const entries = await entriesOf(zip);
      return new BackupArchive(zip, entries, await manifestOf(zip, entries, file));
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

export const damaged = (what: string): Error => new Error(`the backup is damaged: ${what}`);

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

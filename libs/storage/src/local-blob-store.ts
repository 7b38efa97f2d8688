import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BlobEntry, BlobStat, BlobStore, ByteRange, LocalFileOptions, StorageSpace } from './blob-store';
import { deletableFolder, folderOf, missing, notReadable, notWritable, outOfRange, requireKey } from './keys';
import { meter } from './metering';
import { asStorageFull, isStorageFull } from './storage-full';

/** Holds files that are being written; no key can lie here, as keys do not start with a dot. */
const PARTS = '.parts';
const ATTEMPTS = 20;

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(codeOf(error) ?? '');

/** The result, or `otherwise` when the file or folder does not exist. */
async function unlessAbsent<T, U>(promise: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await promise;
  } catch (error) {
    if (isAbsent(error)) return otherwise;
    throw error;
  }
}

/** The result of writing. @throws CodedError STORAGE_FULL where there was no room for it */
async function inRoom<T>(writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (error) {
    throw asStorageFull(error, 'the storage');
  }
}

/**
 * Blobs as files below a folder, which may be a network share that several machines mount.
 * Files are written beside and renamed, without fsync: a killed process never leaves a part of a blob, but a power
 * failure may lose or empty the newest ones. What the platform stores carries checksums and can be made again, so that
 * costs a repeated job; an fsync per segment would cost every run.
 */
export class LocalBlobStore implements BlobStore {
  /** @param root absolute path; made when it does not exist */
  constructor(private readonly root: string) {}

  async put(key: string, data: Uint8Array): Promise<void> {
    requireKey(key);
    await this.write((part) => fs.writeFile(part, data), key);
  }

  async putStream(key: string, source: Readable, options: { maxBytes?: number } = {}) {
    requireKey(key);
    // It may fail before it is read; the pipeline says so then.
    source.on('error', () => {});
    const { stream, result } = meter(options.maxBytes);
    await this.write(async (part) => {
      // Opened first: one that is still being opened when its source fails would come to be after its removal.
      const file = await fs.open(part, 'wx');
      await pipeline(source, stream, file.createWriteStream());
    }, key);
    return result();
  }

  async get(key: string): Promise<Buffer> {
    const data = await unlessAbsent(fs.readFile(this.path(key)), null);
    if (data === null) throw missing(key);
    return data;
  }

  async getStream(key: string, range?: ByteRange): Promise<Readable> {
    const file = await unlessAbsent(fs.open(this.path(key)), null);
    const stat = await file?.stat();
    if (!file || !stat?.isFile()) {
      await file?.close();
      throw missing(key);
    }
    if (range && range.start >= stat.size) {
      await file.close();
      throw outOfRange(key, range.start);
    }
    return file.createReadStream(range);
  }

  async stat(key: string): Promise<BlobStat | null> {
    const stat = await unlessAbsent(fs.stat(this.path(key)), null);
    return stat?.isFile() ? { bytes: stat.size, modified: stat.mtime } : null;
  }

  async move(from: string, to: string): Promise<void> {
    const source = this.path(from);
    requireKey(to);
    if (!(await this.stat(from))) throw missing(from);
    await inRoom(this.place(source, to));
    await this.prune(dirname(source));
  }

  async delete(key: string): Promise<void> {
    const path = this.path(key);
    if (!(await this.stat(key))) return;
    await fs.rm(path, { force: true });
    await this.prune(dirname(path));
  }

  async deletePrefix(prefix: string): Promise<number> {
    const folder = deletableFolder(prefix);
    let count = 0;
    for await (const { key } of this.list(folder)) {
      await fs.rm(this.path(key), { force: true });
      count++;
    }
    // A retry is needed when a writer puts a blob into the folder meanwhile.
    const path = join(this.root, folder);
    if ((await unlessAbsent(fs.stat(path), null))?.isDirectory()) {
      await fs.rm(path, { recursive: true, force: true, maxRetries: ATTEMPTS });
    }
    await this.prune(dirname(path));
    return count;
  }

  async *list(prefix: string): AsyncIterable<BlobEntry> {
    const folder = folderOf(prefix);
    const entries = await unlessAbsent(fs.readdir(join(this.root, folder), { withFileTypes: true }), []);
    // With the final slash, folders sort among files as their keys do.
    const names = entries
      .filter((entry) => (entry.isFile() || entry.isDirectory()) && !entry.name.startsWith('.'))
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
      .sort((a, b) => (a < b ? -1 : 1));
    for (const name of names) {
      const key = folder + name;
      if (name.endsWith('/')) {
        yield* this.list(key);
        continue;
      }
      const stat = await this.stat(key);
      if (stat) yield { key, ...stat };
    }
  }

  async withLocalFile<T>(
    key: string,
    use: (path: string) => Promise<T>,
    { onRead }: LocalFileOptions = {},
  ): Promise<T> {
    const found = await this.stat(key);
    if (!found) throw missing(key);
    onRead?.(found.bytes);
    return use(this.path(key));
  }

  async sweep(olderThanMs: number): Promise<number> {
    const parts = join(this.root, PARTS);
    let count = 0;
    for (const name of await unlessAbsent(fs.readdir(parts), [])) {
      const stat = await unlessAbsent(fs.stat(join(parts, name)), null);
      if (!stat || Date.now() - stat.mtimeMs < olderThanMs) continue;
      await fs.rm(join(parts, name), { force: true });
      count++;
    }
    return count;
  }

  async check(): Promise<void> {
    try {
      const stat = await unlessAbsent(fs.stat(this.root), null);
      if (!stat?.isDirectory()) throw new Error('there is no such folder');
      // Only asked for: on a disk that has become read-only this fails as a write would.
      await fs.access(this.root, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK);
    } catch (error) {
      throw notReadable(this.root, error);
    }
  }

  async checkWriting(): Promise<void> {
    try {
      const part = await inRoom(this.newPart());
      try {
        // A byte, as a full disk takes empty files.
        await inRoom(fs.writeFile(part, '.'));
      } finally {
        await fs.rm(part, { force: true });
      }
    } catch (error) {
      throw isStorageFull(error) ? error : notWritable(this.root, error);
    }
  }

  async space(): Promise<StorageSpace | null> {
    const disk = await unlessAbsent(fs.statfs(this.root), null);
    if (!disk) return null;
    // Some file systems count no inodes; where none is left, no file fits, whatever its size.
    const isOutOfInodes = disk.files > 0 && disk.ffree === 0;
    return { free: isOutOfInodes ? 0 : disk.bavail * disk.bsize, total: disk.blocks * disk.bsize };
  }

  async close(): Promise<void> {}

  private path(key: string): string {
    return join(this.root, requireKey(key));
  }

  private async newPart(): Promise<string> {
    const parts = join(this.root, PARTS);
    await fs.mkdir(parts, { recursive: true });
    return join(parts, randomUUID());
  }

  private async write(fill: (part: string) => Promise<void>, key: string): Promise<void> {
    const part = await inRoom(this.newPart());
    try {
      await inRoom(fill(part));
      await inRoom(this.place(part, key));
    } catch (error) {
      await fs.rm(part, { force: true });
      throw error;
    }
  }

  /** Renames a file to its key. Another process may prune a folder during mkdir or before rename: then both are repeated. */
  private async place(file: string, key: string): Promise<void> {
    const path = this.path(key);
    for (let attempt = 1; ; attempt++) {
      try {
        await fs.mkdir(dirname(path), { recursive: true });
        return await fs.rename(file, path);
      } catch (error) {
        if (codeOf(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Removes empty folders upwards: S3 has none, and a store that lives for years must not collect them. */
  private async prune(folder: string): Promise<void> {
    for (let path = folder; path.length > this.root.length; path = dirname(path)) {
      try {
        await fs.rmdir(path);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') continue;
        return;
      }
    }
  }
}

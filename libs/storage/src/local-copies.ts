import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeScratchFolder } from './scratch-folder';
import { asStorageFull, isStorageFull } from './storage-full';

/** A copy that nobody has asked for this long is removed. */
const IDLE_MS = 600_000;

interface Copy {
  /** Whole once this resolves. */
  path: Promise<string>;
  bytes: number;
  users: number;
  idle?: NodeJS.Timeout;
}

/** Writes a blob into a file. */
export type Fetch = (path: string) => Promise<void>;

/**
 * Copies of blobs on this machine's disk, by what the blobs hold: those who ask for one at the same time share it, and it
 * stays a while for whoever asks next. A video is probed under one key, decoded under another, and its pictures are made
 * chunk by chunk: from a store across a network it comes once.
 */
export class LocalCopies {
  /** Those that nobody has asked for longest come first. */
  private readonly copies = new Map<string, Copy>();
  private folder?: Promise<string>;
  private count = 0;

  /** @param maxBytes unused copies go when all copies together would have more */
  constructor(
    private readonly maxBytes: number,
    private readonly parent = tmpdir(),
  ) {}

  /**
   * @param content names what the blob holds, such as its SHA-256
   * @param fetch is called unless there is a copy
   * @throws CodedError STORAGE_FULL when the disk has no room for it, also after all unused copies have gone; what `fetch`
   *   and `use` throw
   */
  async use<T>(
    content: string,
    { bytes, fetch }: { bytes: number; fetch: Fetch },
    use: (path: string) => Promise<T>,
  ): Promise<T> {
    const copy = this.copies.get(content) ?? this.begin(bytes, fetch);
    // The latest is the last.
    this.copies.delete(content);
    this.copies.set(content, copy);
    clearTimeout(copy.idle);
    copy.users++;
    try {
      return await use(await copy.path);
    } finally {
      copy.users--;
      await this.leave(content, copy);
    }
  }

  /** Forgets a copy, for its blob is gone. Whoever uses it may go on. */
  async drop(content: string): Promise<void> {
    const copy = this.copies.get(content);
    if (!copy) return;
    this.copies.delete(content);
    if (copy.users === 0) await this.remove(copy);
  }

  /** Removes all of them; nobody may use one any more. */
  async close(): Promise<void> {
    for (const { idle } of this.copies.values()) clearTimeout(idle);
    this.copies.clear();
    if (this.folder) await rm(await this.folder, { recursive: true, force: true });
    this.folder = undefined;
  }

  private begin(bytes: number, fetch: Fetch): Copy {
    return { path: this.fetched(bytes, fetch), bytes, users: 0 };
  }

  private async fetched(bytes: number, fetch: Fetch): Promise<string> {
    await this.makeRoom(this.maxBytes - bytes);
    try {
      return await this.fetchInto(fetch).catch(async (error: unknown) => {
        if (!isStorageFull(error)) throw error;
        await this.makeRoom(0);
        return this.fetchInto(fetch);
      });
    } catch (error) {
      throw asStorageFull(error, 'the folder for temporary files');
    }
  }

  private async fetchInto(fetch: Fetch): Promise<string> {
    this.folder ??= makeScratchFolder('copies', this.parent);
    const folder = await this.folder.catch((error: unknown) => {
      this.folder = undefined;
      throw error;
    });
    const file = join(folder, String(this.count++));
    try {
      await fetch(file);
      return file;
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
  }

  private async leave(content: string, copy: Copy): Promise<void> {
    const isWhole = await copy.path.then(
      () => true,
      () => false,
    );
    if (copy.users > 0) return;
    if (this.copies.get(content) !== copy) return this.remove(copy);
    if (!isWhole) {
      this.copies.delete(content);
      return;
    }
    clearTimeout(copy.idle);
    copy.idle = setTimeout(() => void this.drop(content), IDLE_MS).unref();
    await this.makeRoom(this.maxBytes);
  }

  /** Removes unused copies, the longest unused first, until all that are left have at most so many bytes. */
  private async makeRoom(mostBytes: number): Promise<void> {
    let total = 0;
    for (const copy of this.copies.values()) total += copy.bytes;
    for (const [content, copy] of [...this.copies]) {
      if (total <= mostBytes) return;
      if (copy.users > 0) continue;
      total -= copy.bytes;
      await this.drop(content);
    }
  }

  private async remove(copy: Copy): Promise<void> {
    clearTimeout(copy.idle);
    const path = await copy.path.catch(() => undefined);
    if (path !== undefined) await rm(path, { force: true });
  }
}

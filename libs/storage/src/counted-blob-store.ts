import { Transform, pipeline, type Readable } from 'node:stream';
import type { BlobEntry, BlobStat, BlobStore, ByteRange, LocalFileOptions, StorageSpace } from './blob-store';
import { isStorageFull } from './storage-full';

/** Is told how many bytes were written to or read from storage. */
export type CountBytes = (direction: 'written' | 'read', bytes: number) => void;

/** Is told after each write whether there was room for it; not of writes that failed for another reason. */
export type NoteRoom = (hadRoom: boolean) => void;

/** A store that tells how many bytes pass. What programs read from a local file by themselves is counted as a whole. */
export class CountedBlobStore implements BlobStore {
  constructor(
    private readonly store: BlobStore,
    private readonly count: CountBytes,
    private readonly noteRoom: NoteRoom = () => {},
  ) {}

  async put(key: string, data: Uint8Array): Promise<void> {
    await this.noting(this.store.put(key, data));
    this.count('written', data.byteLength);
  }

  async putStream(key: string, source: Readable, options?: { maxBytes?: number }) {
    const stored = await this.noting(this.store.putStream(key, source, options));
    this.count('written', stored.bytes);
    return stored;
  }

  async get(key: string): Promise<Buffer> {
    const data = await this.store.get(key);
    this.count('read', data.byteLength);
    return data;
  }

  async getStream(key: string, range?: ByteRange): Promise<Readable> {
    const source = await this.store.getStream(key, range);
    const { count } = this;
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        count('read', chunk.byteLength);
        done(null, chunk);
      },
    });
    return pipeline(source, counted, () => {});
  }

  withLocalFile<T>(key: string, use: (path: string) => Promise<T>, options?: LocalFileOptions): Promise<T> {
    return this.store.withLocalFile(key, use, { ...options, onRead: (bytes) => this.count('read', bytes) });
  }

  stat(key: string): Promise<BlobStat | null> {
    return this.store.stat(key);
  }

  move(from: string, to: string): Promise<void> {
    return this.noting(this.store.move(from, to));
  }

  delete(key: string): Promise<void> {
    return this.store.delete(key);
  }

  deletePrefix(prefix: string): Promise<number> {
    return this.store.deletePrefix(prefix);
  }

  list(prefix: string): AsyncIterable<BlobEntry> {
    return this.store.list(prefix);
  }

  sweep(olderThanMs: number): Promise<number> {
    return this.store.sweep(olderThanMs);
  }

  check(): Promise<void> {
    return this.store.check();
  }

  checkWriting(): Promise<void> {
    return this.noting(this.store.checkWriting());
  }

  space(): Promise<StorageSpace | null> {
    return this.store.space();
  }

  close(): Promise<void> {
    return this.store.close();
  }

  private async noting<T>(writing: Promise<T>): Promise<T> {
    try {
      const written = await writing;
      this.noteRoom(true);
      return written;
    } catch (error) {
      if (isStorageFull(error)) this.noteRoom(false);
      throw error;
    }
  }
}

import { Readable } from 'node:stream';

/** What is known of a blob without reading it. */
export interface BlobStat {
  bytes: number;
  modified: Date;
}

export interface BlobEntry extends BlobStat {
  key: string;
}

/** Room of the disk that the blobs lie on, in bytes. */
export interface StorageSpace {
  /** What this process may still write. */
  free: number;
  total: number;
}

/** The first and the last byte to read, both included, as in HTTP Range. */
export interface ByteRange {
  start: number;
  end?: number;
}

export interface LocalFileOptions {
  /**
   * Names what the blob holds, such as its SHA-256, whatever its key. A store across a network keeps its copy for a while
   * for whoever asks for the same content next.
   */
  content?: string;
  /** Is told of the bytes that are read from the store for it: none for a copy that is kept. */
  onRead?: (bytes: number) => void;
}

/**
 * Where blobs lie. Keys are segments of `[A-Za-z0-9._-]`, not starting with a dot, joined by `/`; every method throws
 * RangeError for another key. A key may not lie below another key (`a` and `a/b`): in a folder one would be a file and
 * a directory. A prefix names a folder: `runs/1` covers `runs/1/mask`, not `runs/10/mask`; a final `/` changes nothing.
 *
 * Writing replaces, and is atomic: a reader sees the old blob, the new blob or none, never a part. What cannot be written
 * for lack of room fails with CodedError STORAGE_FULL, and leaves nothing behind.
 */
export interface BlobStore {
  put(key: string, data: Uint8Array): Promise<void>;

  /**
   * Stores a stream in constant memory; `source` is consumed, or destroyed on failure.
   * @returns bytes stored and their SHA-256 in hexadecimal
   * @throws CodedError UPLOAD_TOO_LARGE above `maxBytes`; the source's own error when it fails. Nothing is left behind.
   */
  putStream(key: string, source: Readable, options?: { maxBytes?: number }): Promise<{ bytes: number; sha256: string }>;

  /** @throws CodedError BLOB_MISSING */
  get(key: string): Promise<Buffer>;

  /**
   * @param range cut off at the end of the blob
   * @throws CodedError BLOB_MISSING, RANGE_NOT_SATISFIABLE when `range` starts after the end; both before a byte is sent
   */
  getStream(key: string, range?: ByteRange): Promise<Readable>;

  /** Null when there is no such blob. */
  stat(key: string): Promise<BlobStat | null>;

  /** Renames a blob, replacing what lies at `to`. @throws CodedError BLOB_MISSING when there is none at `from` */
  move(from: string, to: string): Promise<void>;

  /** Fine when there is no such blob. */
  delete(key: string): Promise<void>;

  /** Deletes what lies below the folder. @returns how many blobs that were */
  deletePrefix(prefix: string): Promise<number>;

  /** All blobs below the folder in the order of their keys; `''` is everything. */
  list(prefix: string): AsyncIterable<BlobEntry>;

  /**
   * Gives a path for programs that read files. The file is read-only and may be gone when `use` has ended.
   * @throws CodedError BLOB_MISSING; STORAGE_FULL when there is no room for a copy
   */
  withLocalFile<T>(key: string, use: (path: string) => Promise<T>, options?: LocalFileOptions): Promise<T>;

  /** Removes what writers that died have left: parts of blobs that were started longer ago. @returns how many */
  sweep(olderThanMs: number): Promise<number>;

  /** Whether blobs can be read now. Asked every few seconds, it writes nothing. @throws CodedError SERVICE_UNAVAILABLE */
  check(): Promise<void>;

  /** Whether blobs can be written now, found out by writing. @throws CodedError SERVICE_UNAVAILABLE, STORAGE_FULL */
  checkWriting(): Promise<void>;

  /** Null where nobody can say, as with S3. */
  space(): Promise<StorageSpace | null>;

  /** Frees connections; the store is not used afterwards. */
  close(): Promise<void>;
}

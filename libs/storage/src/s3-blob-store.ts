import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  AbortMultipartUploadCommand,
  CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListMultipartUploadsCommandOutput,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { CodedError } from '@propago/contracts';
import { BlobEntry, BlobStat, BlobStore, ByteRange, LocalFileOptions, StorageSpace } from './blob-store';
import { deletableFolder, folderOf, missing, notReadable, notWritable, outOfRange, requireKey } from './keys';
import { LocalCopies } from './local-copies';
import { meter } from './metering';
import { withScratchFolder } from './scratch-folder';

/** 8 MiB parts, two in flight: 24 MiB of memory per upload, and 10,000 parts allow 78 GiB. */
const PART_BYTES = 8 * 1024 * 1024;
const PARTS_IN_FLIGHT = 2;
/** S3 copies at most 5 GB in one request, longer blobs in parts. */
const COPY_BYTES = 1024 ** 3;
const CHECK_KEY = '.check';

const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException && ['NoSuchKey', 'NotFound'].includes(error.name);

export interface S3Place {
  bucket: string;
  /** `''`, or a folder with its final `/`, in front of every key. */
  prefix: string;
}

export interface S3StoreOptions {
  /** Most bytes that one request copies. */
  copyBytes?: number;
  /** Most bytes of copies on the local disk that are kept for the next who asks for their content. Default: none. */
  keptBytes?: number;
}

/** Blobs as objects of an S3 bucket. */
export class S3BlobStore implements BlobStore {
  private readonly copyBytes: number;
  private readonly copies: LocalCopies;

  constructor(
    private readonly client: S3Client,
    private readonly place: S3Place,
    { copyBytes = COPY_BYTES, keptBytes = 0 }: S3StoreOptions = {},
  ) {
    this.copyBytes = copyBytes;
    this.copies = new LocalCopies(keptBytes);
  }

  async put(key: string, data: Uint8Array): Promise<void> {
    await this.client.send(new PutObjectCommand({ ...this.at(key), Body: data }));
  }

  async putStream(key: string, source: Readable, options: { maxBytes?: number } = {}) {
    const { stream, result } = meter(options.maxBytes);
    const upload = new Upload({
      client: this.client,
      params: { ...this.at(key), Body: stream },
      partSize: PART_BYTES,
      queueSize: PARTS_IN_FLIGHT,
    });
    const uploading = upload.done().catch((error: unknown) => {
      // Without a reader the source would wait for ever.
      stream.destroy(error as Error);
      throw error;
    });
    // Both are awaited: when the source fails, the parts sent so far are removed before this returns.
    const [piped, uploaded] = await Promise.allSettled([pipeline(source, stream), uploading]);
    for (const outcome of [piped, uploaded]) if (outcome.status === 'rejected') throw outcome.reason;
    return result();
  }

  async get(key: string): Promise<Buffer> {
    const body = await this.getStream(key);
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  async getStream(key: string, range?: ByteRange): Promise<Readable> {
    try {
      const Range = range && `bytes=${range.start}-${range.end ?? ''}`;
      const { Body } = await this.client.send(new GetObjectCommand({ ...this.at(key), Range }));
      return Body as Readable;
    } catch (error) {
      if (isMissing(error)) throw missing(key, error);
      if (range && error instanceof S3ServiceException && error.$metadata.httpStatusCode === 416) {
        throw outOfRange(key, range.start);
      }
      throw error;
    }
  }

  async stat(key: string): Promise<BlobStat | null> {
    try {
      const head = await this.client.send(new HeadObjectCommand(this.at(key)));
      return { bytes: head.ContentLength ?? 0, modified: head.LastModified ?? new Date(0) };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async move(from: string, to: string): Promise<void> {
    const found = await this.stat(from);
    if (!found) throw missing(from);
    // S3 copies an object onto itself only to change its metadata.
    if (from === to) return;
    try {
      if (found.bytes <= this.copyBytes) {
        await this.client.send(new CopyObjectCommand({ ...this.at(to), CopySource: this.sourceOf(from) }));
      } else await this.copyInParts(from, to, found.bytes);
    } catch (error) {
      if (isMissing(error)) throw missing(from, error);
      throw error;
    }
    await this.client.send(new DeleteObjectCommand(this.at(from)));
  }

  async delete(key: string): Promise<void> {
    const target = this.at(key);
    try {
      await this.client.send(new DeleteObjectCommand(target));
    } catch (error) {
      // S3 answers 204 either way; some servers that imitate it do not.
      if (!isMissing(error)) throw error;
    }
  }

  async deletePrefix(prefix: string): Promise<number> {
    let count = 0;
    for await (const objects of this.pages(deletableFolder(prefix))) {
      if (objects.length === 0) continue;
      const Objects = objects.map(({ Key }) => ({ Key }));
      const { Errors } = await this.client.send(
        new DeleteObjectsCommand({ Bucket: this.place.bucket, Delete: { Objects, Quiet: true } }),
      );
      if (Errors?.length) throw new Error(`S3 did not delete ${Errors[0].Key}: ${Errors[0].Message ?? Errors[0].Code}`);
      count += objects.length;
    }
    return count;
  }

  async *list(prefix: string): AsyncIterable<BlobEntry> {
    for await (const objects of this.pages(folderOf(prefix))) {
      for (const { Key = '', Size = 0, LastModified = new Date(0) } of objects) {
        const key = Key.slice(this.place.prefix.length);
        if (key !== CHECK_KEY) yield { key, bytes: Size, modified: LastModified };
      }
    }
  }

  async withLocalFile<T>(
    key: string,
    use: (path: string) => Promise<T>,
    { content, onRead }: LocalFileOptions = {},
  ): Promise<T> {
    const found = await this.stat(key);
    if (!found) {
      if (content !== undefined) await this.copies.drop(content);
      throw missing(key);
    }
    const fetch = async (path: string): Promise<void> => {
      await pipeline(await this.getStream(key), createWriteStream(path));
      onRead?.(found.bytes);
    };
    if (content !== undefined) return this.copies.use(content, { bytes: found.bytes, fetch }, use);
    return withScratchFolder('blob', async (folder) => {
      const path = join(folder, 'blob');
      await fetch(path);
      return use(path);
    });
  }

  async sweep(olderThanMs: number): Promise<number> {
    const { bucket: Bucket, prefix: Prefix } = this.place;
    let count = 0;
    let next: { KeyMarker?: string; UploadIdMarker?: string } | null = {};
    while (next) {
      const page: ListMultipartUploadsCommandOutput = await this.client.send(
        new ListMultipartUploadsCommand({ Bucket, Prefix, ...next }),
      );
      for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
        if (!Initiated || Date.now() - Initiated.getTime() < olderThanMs) continue;
        await this.client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
        count++;
      }
      next = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : null;
    }
    return count;
  }

  async check(): Promise<void> {
    try {
      await this.client.send(new HeadBucketCommand({ Bucket: this.place.bucket }));
    } catch (error) {
      if (error instanceof CodedError) throw error;
      throw notReadable(this.address, isMissing(error) ? new Error('there is no such bucket') : error);
    }
  }

  async checkWriting(): Promise<void> {
    try {
      const { bucket: Bucket, prefix } = this.place;
      await this.client.send(new PutObjectCommand({ Bucket, Key: prefix + CHECK_KEY, Body: Buffer.alloc(0) }));
    } catch (error) {
      throw error instanceof CodedError ? error : notWritable(this.address, error);
    }
  }

  async space(): Promise<StorageSpace | null> {
    return null;
  }

  async close(): Promise<void> {
    await this.copies.close();
    this.client.destroy();
  }

  private async copyInParts(from: string, to: string, bytes: number): Promise<void> {
    const { UploadId } = await this.client.send(new CreateMultipartUploadCommand(this.at(to)));
    const upload = { ...this.at(to), UploadId };
    try {
      const Parts: CompletedPart[] = [];
      for (let start = 0; start < bytes; start += this.copyBytes) {
        const PartNumber = Parts.length + 1;
        const CopySourceRange = `bytes=${start}-${Math.min(bytes, start + this.copyBytes) - 1}`;
        const { CopyPartResult } = await this.client.send(
          new UploadPartCopyCommand({ ...upload, PartNumber, CopySource: this.sourceOf(from), CopySourceRange }),
        );
        Parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
      }
      await this.client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    } catch (error) {
      // What cannot be removed now `sweep` removes.
      await this.client.send(new AbortMultipartUploadCommand(upload)).catch(() => {});
      throw error;
    }
  }

  private get address(): string {
    return `s3://${this.place.bucket}/${this.place.prefix}`;
  }

  private sourceOf(key: string): string {
    const { Bucket, Key } = this.at(key);
    return `${Bucket}/${Key}`;
  }

  private at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.place.bucket, Key: this.place.prefix + requireKey(key) };
  }

  private async *pages(folder: string) {
    const input = { Bucket: this.place.bucket, Prefix: this.place.prefix + folder };
    for await (const page of paginateListObjectsV2({ client: this.client }, input)) yield page.Contents ?? [];
  }
}

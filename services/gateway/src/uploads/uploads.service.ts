import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { blobFolders, blobKeys, CodedError } from '@propago/contracts';
import { Database, type Prisma, type Upload } from '@propago/database';
import { CONFIG, STORAGE, StorageRoom, type BlobStore, type ConfigOf } from '@propago/runtime';
import type { Caller } from '../access/caller';
import { QuotaService } from '../access/quota.service';
import { UUID } from '../http/paging';

/** A whole one is what an upload holds in memory; what a broken connection leaves becomes a smaller one. */
const PART_BYTES = 8 * 2 ** 20;
/** Senders who break off after every few bytes would make more work than their file is worth. */
const MAX_PARTS = 10_000;

/** What a sender says of its file. */
export type Metadata = Record<string, string | null>;

/**
 * Files that come in pieces. A piece is a blob, and counts when its row is committed: what was acknowledged outlives
 * whichever gateway is killed, and any other one goes on.
 */
@Injectable()
export class UploadsService {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly storageRoom: StorageRoom,
    private readonly database: Database,
    private readonly quota: QuotaService,
  ) {}

  /** @throws CodedError UPLOAD_TOO_LARGE, QUOTA_BYTES, STORAGE_FULL */
  async create(
    { id, bytes, metadata }: { id: string; bytes: number; metadata: Metadata },
    caller: Caller,
  ): Promise<void> {
    const most = this.config.MAX_UPLOAD_BYTES;
    if (bytes > most) throw new CodedError('UPLOAD_TOO_LARGE', `Expected at most ${most} bytes, not ${bytes}.`);
    await this.storageRoom.assertRoomFor(bytes);
    await this.database.$transaction(async (transaction) => {
      await this.quota.assertRoom(transaction, caller, { moreBytes: bytes, wants: 'video' });
      await transaction.upload.create({
        data: { id, tenant: caller.tenant, bytes, metadata, expiresAt: this.expiry() },
      });
    });
  }

  /** @throws CodedError UPLOAD_NOT_FOUND, also for an upload of another tenant */
  async find(id: string, { tenant }: Caller): Promise<Upload> {
    const upload = await this.get(id);
    if (upload.tenant !== tenant) throw notFound(id);
    return upload;
  }

  /** Whoever's it is. @throws CodedError UPLOAD_NOT_FOUND */
  async get(id: string): Promise<Upload> {
    const where = { id, expiresAt: { gt: new Date() } };
    const upload = UUID.test(id) ? await this.database.upload.findFirst({ where }) : null;
    if (!upload) throw notFound(id);
    return upload;
  }

  /**
   * Stores what comes, piece by piece; also what had come when the connection broke.
   * @param offset of the first byte in the file
   * @returns where the upload goes on
   * @throws CodedError UPLOAD_CONFLICT when another sender was quicker; the source's own error
   */
  async append(id: string, offset: number, source: AsyncIterable<Buffer>): Promise<number> {
    let chunks: Buffer[] = [];
    let [end, bytes] = [offset, 0];
    const flush = async () => {
      if (bytes === 0) return;
      await this.store(id, end, Buffer.concat(chunks, bytes));
      end += bytes;
      [chunks, bytes] = [[], 0];
    };
    try {
      for await (const chunk of source) {
        // A copy: the chunk may be a view of a buffer that is used again.
        chunks.push(Buffer.from(chunk));
        bytes += chunk.length;
        if (bytes >= PART_BYTES) await flush();
      }
    } catch (error) {
      if (!(error instanceof CodedError)) await flush();
      throw error;
    }
    await flush();
    return end;
  }

  /** The whole file. @throws CodedError UPLOAD_INCOMPLETE, BLOB_MISSING while it is read */
  async open({ id, bytes, received }: Upload): Promise<Readable> {
    if (received < bytes) {
      throw new CodedError('UPLOAD_INCOMPLETE', `${received} of ${bytes} bytes have arrived; send the others first.`);
    }
    const parts = await this.database.uploadPart.findMany({ where: { uploadId: id }, orderBy: { offset: 'asc' } });
    const { storage } = this;
    return Readable.from(
      (async function* () {
        for (const { blobKey } of parts) yield* await storage.getStream(blobKey);
      })(),
      { objectMode: false },
    );
  }

  /**
   * Something has been made of it: it is no more. Two at once do so once.
   * @throws CodedError UPLOAD_NOT_FOUND
   */
  async use(transaction: Prisma.TransactionClient, id: string): Promise<void> {
    const { count } = await transaction.upload.deleteMany({ where: { id } });
    if (count === 0) throw notFound(id);
  }

  /** Safe to repeat; pieces that are left behind go with the sweep. */
  async remove(id: string): Promise<void> {
    await this.database.upload.deleteMany({ where: { id } });
    await this.storage.deletePrefix(blobFolders.parts(id));
  }

  private async store(id: string, offset: number, piece: Buffer): Promise<void> {
    const blobKey = blobKeys.part(id, randomUUID());
    await this.storage.put(blobKey, piece);
    try {
      await this.commit({ uploadId: id, offset: BigInt(offset), bytes: piece.length, blobKey });
    } catch (error) {
      await this.storage.delete(blobKey);
      throw error;
    }
  }

  private async commit(part: { uploadId: string; offset: bigint; bytes: number; blobKey: string }): Promise<void> {
    const { uploadId: id, offset, bytes } = part;
    await this.database.$transaction(async (transaction) => {
      const { count } = await transaction.upload.updateMany({
        where: { id, received: offset, bytes: { gte: offset + BigInt(bytes) } },
        data: { received: { increment: bytes }, expiresAt: this.expiry() },
      });
      if (count === 0) throw new CodedError('UPLOAD_CONFLICT', `Upload ${id} does not go on at byte ${offset}.`);
      if ((await transaction.uploadPart.count({ where: { uploadId: id } })) >= MAX_PARTS) {
        throw new CodedError(
          'UPLOAD_TOO_LARGE',
          `Upload ${id} has come in ${MAX_PARTS} pieces; send it in larger ones.`,
        );
      }
      await transaction.uploadPart.create({ data: part });
    });
  }

  private expiry(): Date {
    return new Date(Date.now() + this.config.UPLOAD_EXPIRY_HOURS * 3_600_000);
  }
}

function notFound(id: string): CodedError {
  return new CodedError('UPLOAD_NOT_FOUND', `There is no upload ${id}; it may have expired.`);
}

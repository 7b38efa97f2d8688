import { Inject, Injectable } from '@nestjs/common';
import { blobKeys } from '@propago/contracts';
import type { Prisma } from '@propago/database';
import type { EncoderCard } from '@propago/encoder';
import { STORAGE, type BlobStore } from '@propago/runtime';
import { lockModel } from './model-lock';

/** The blobs of encoder files, by content: several versions may have one. Inside a transaction, which locks the file. */
@Injectable()
export class ModelFiles {
  constructor(@Inject(STORAGE) private readonly storage: BlobStore) {}

  /** @param store puts the file under the given key; not called when it is there already */
  async keep(
    transaction: Prisma.TransactionClient,
    sha256: string,
    store: (key: string) => Promise<unknown>,
  ): Promise<void> {
    await lockModel(transaction, { sha256 });
    const key = blobKeys.encoderModel(sha256);
    if (!(await this.storage.stat(key))) await store(key);
  }

  /** From now on the file may be loaded. */
  async publish(sha256: string, card: EncoderCard): Promise<void> {
    await this.storage.put(blobKeys.encoderCard(sha256), Buffer.from(JSON.stringify(card)));
  }

  /** Removes the file unless a version still has it. */
  async release(transaction: Prisma.TransactionClient, sha256: string): Promise<void> {
    await lockModel(transaction, { sha256 });
    if (await transaction.modelVersion.count({ where: { sha256, deletedAt: null } })) return;
    await this.storage.delete(blobKeys.encoderCard(sha256));
    await this.storage.delete(blobKeys.encoderModel(sha256));
  }
}

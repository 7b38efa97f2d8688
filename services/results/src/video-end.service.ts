import { Inject, Injectable } from '@nestjs/common';
import { blobKeys } from '@propago/contracts';
import type { Prisma, UploadedVideo } from '@propago/database';
import { STORAGE, type BlobStore } from '@propago/runtime';

/** Removes videos that nobody has any more. */
@Injectable()
export class VideoEndService {
  constructor(@Inject(STORAGE) private readonly storage: BlobStore) {}

  /**
   * A run is gone: so is the video that came with it, where it was the last one.
   * @param transaction holds the lock of the video
   */
  async leave(transaction: Prisma.TransactionClient, sha256: string, video: UploadedVideo | null): Promise<void> {
    if (video && !video.isKept && !(await transaction.run.count({ where: { videoId: video.id } }))) {
      await transaction.uploadedVideo.deleteMany({ where: { id: video.id } });
    }
    await this.removeUnused(transaction, sha256);
  }

  /** Removes the content that no tenant has any more. */
  private async removeUnused(transaction: Prisma.TransactionClient, sha256: string): Promise<void> {
    const where = { videoSha256: sha256 };
    if (await transaction.uploadedVideo.count({ where })) return;
    if (await transaction.featureSet.count({ where })) return;
    await transaction.video.deleteMany({ where: { sha256 } });
    await this.storage.delete(blobKeys.video(sha256));
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { blobFolders, blobKeys, CodedError } from '@propago/contracts';
import { Database, lockVideo, type Prisma, type UploadedVideo } from '@propago/database';
import { Queues } from '@propago/pipeline';
import { STORAGE, type BlobStore } from '@propago/runtime';

/** How long to wait for workers that look at a video which nobody has any more; they stop by themselves. */
const STOP_WAIT_MS = 10_000;

/** Removes videos that nobody has any more. */
@Injectable()
export class VideoEndService {
  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
    private readonly queues: Queues,
  ) {}

  /** Removes a deleted video, and its content where nobody else has it. Safe to repeat. */
  async purge(id: string): Promise<void> {
    const video = await this.database.uploadedVideo.findUnique({ where: { id } });
    if (!video?.deletedAt) return;
    await this.database.$transaction(
      async (transaction) => {
        // A new run on the same video, or a new upload of it, waits here, or this waits for it.
        await lockVideo(transaction, video.videoSha256);
        // Its last run has been deleted, and is not gone yet.
        if (await transaction.run.count({ where: { videoId: id } })) throw stillAtWork(id);
        await transaction.uploadedVideo.deleteMany({ where: { id } });
        await this.removeUnused(transaction, video.videoSha256);
      },
      { timeout: 60_000, maxWait: 60_000 },
    );
  }

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
    const idle = await this.queues.untilIdle((_, data) => 'sha256' in data && data.sha256 === sha256, STOP_WAIT_MS);
    if (!idle) throw stillAtWork(sha256);
    await transaction.video.deleteMany({ where: { sha256 } });
    await this.storage.deletePrefix(blobFolders.pictures(sha256));
    await this.storage.delete(blobKeys.video(sha256));
  }
}

/** Not removed yet: the job is tried again, and the reconciler adds it again. */
function stillAtWork(id: string): CodedError {
  return new CodedError('SERVICE_UNAVAILABLE', `Workers are still at video ${id}.`);
}

import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { blobKeys, CodedError, SUBJECTS, type ProbeQuestion } from '@propago/contracts';
import { Database, lockVideo, LONG_TRANSACTION, type Prisma, type UploadedVideo, type Video } from '@propago/database';
import { NextSteps } from '@propago/pipeline';
import { News, STORAGE, type BlobStore } from '@propago/runtime';
import type { VideoProbe } from '@propago/video';
import type { Caller } from '../access/caller';
import { QuotaService } from '../access/quota.service';
import type { Claim } from '../http/idempotency.service';
import { UUID } from '../http/paging';
import { EnqueueService } from '../runs/enqueue.service';
import { UploadsService } from '../uploads/uploads.service';
import type { IncomingVideo } from './incoming-video.service';

/** The answer of POST /v1/videos, kept for the same request sent again. */
export interface VideoAnswer {
  videoId: string;
}

/** A video as its tenant has it, with its content. */
export type OwnVideo = UploadedVideo & { video: Video };

/** Videos of tenants. Content is stored once; ids, names and ends belong to each tenant. */
@Injectable()
export class VideosService {
  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
    private readonly news: News,
    private readonly next: NextSteps,
    private readonly enqueue: EnqueueService,
    private readonly quota: QuotaService,
    private readonly uploads: UploadsService,
  ) {}

  /**
   * Keeps a video for later runs.
   * @throws CodedError of whatever is wrong with it, or QUOTA_BYTES; nothing is left behind then
   */
  async accept(
    incoming: IncomingVideo,
    claim: Claim<VideoAnswer>,
    caller: Caller,
  ): Promise<VideoAnswer & { replayed: boolean }> {
    const { uploadId } = incoming;
    const before = claim.recall(uploadId === undefined ? `video ${incoming.sha256}` : `upload ${uploadId}`);
    if (before) return { ...before, replayed: true };
    const probe = await this.probe(incoming);
    const videoId = await this.withContent(incoming, probe, async (transaction) => {
      await this.quota.assertRoom(transaction, caller, { moreBytes: incoming.bytes, wants: 'video' });
      const { id } = await this.add(transaction, incoming, { caller, isKept: true });
      await claim.remember(transaction, { videoId: id });
      return id;
    });
    return { videoId, replayed: false };
  }

  /** What a file is. @throws any VIDEO_*, ZIP_* or FRAME_* code */
  probe({ key, sha256 }: IncomingVideo): Promise<VideoProbe> {
    return this.news.ask<ProbeQuestion, VideoProbe>(SUBJECTS.probe, { blobKey: key, sha256 });
  }

  /** Does something in a transaction that has the lock of the video, and in which its content is known and in its place. */
  async withContent<T>(
    { sha256, bytes, key, uploadId }: IncomingVideo,
    probe: VideoProbe,
    work: (transaction: Prisma.TransactionClient) => Promise<T>,
  ): Promise<T> {
    const blobKey = blobKeys.video(sha256);
    try {
      const result = await this.database.$transaction(async (transaction) => {
        await lockVideo(transaction, sha256);
        if (uploadId !== undefined) await this.uploads.use(transaction, uploadId);
        if (!(await this.storage.stat(blobKey))) await this.storage.move(key, blobKey);
        const video = { sha256, bytes, blobKey, probe: probe as unknown as Prisma.InputJsonObject };
        await transaction.video.upsert({ where: { sha256 }, create: video, update: {} });
        return work(transaction);
      }, LONG_TRANSACTION);
      if (uploadId !== undefined) await this.uploads.remove(uploadId);
      return result;
    } catch (error) {
      await this.removeOrphan(sha256);
      throw error;
    }
  }

  /** Makes content a video of a tenant. */
  add(
    transaction: Prisma.TransactionClient,
    { sha256, fileName }: IncomingVideo,
    { caller, isKept }: { caller: Caller; isKept: boolean },
  ): Promise<UploadedVideo> {
    const { tenant, keyId: apiKeyId } = caller;
    const openedAt = isKept ? null : new Date();
    const data = { id: randomUUID(), tenant, apiKeyId, videoSha256: sha256, fileName, isKept, openedAt };
    return transaction.uploadedVideo.create({ data });
  }

  /** Does something with a video of a tenant in a transaction that has its lock. @throws CodedError VIDEO_NOT_FOUND */
  async withOwn<T>(
    id: string,
    caller: Caller,
    work: (transaction: Prisma.TransactionClient, video: OwnVideo) => Promise<T>,
  ): Promise<T> {
    const { videoSha256 } = await this.find(id, caller);
    return this.database.$transaction(async (transaction) => {
      await lockVideo(transaction, videoSha256);
      return work(transaction, await this.find(id, caller, transaction));
      // Removing a video holds its lock while it waits for workers.
    }, LONG_TRANSACTION);
  }

  /** @throws CodedError VIDEO_NOT_FOUND, also for a video of another tenant */
  async find(
    id: string,
    { tenant }: Caller,
    database: Pick<Prisma.TransactionClient, 'uploadedVideo'> = this.database,
  ): Promise<OwnVideo> {
    const where = { id, tenant, deletedAt: null };
    const found = UUID.test(id)
      ? await database.uploadedVideo.findFirst({ where, include: { video: true } })
      : undefined;
    if (!found) throw new CodedError('VIDEO_NOT_FOUND', `There is no video ${id}.`);
    return found;
  }

  /** @throws CodedError VIDEO_NOT_FOUND, VIDEO_IN_USE */
  async remove(id: string, caller: Caller): Promise<void> {
    await this.withOwn(id, caller, async (transaction) => {
      const runs = await transaction.run.findMany({
        where: { videoId: id, deletedAt: null },
        select: { id: true },
        take: 4,
      });
      if (runs.length > 0) {
        const named = runs.map((run) => run.id).slice(0, 3);
        throw new CodedError(
          'VIDEO_IN_USE',
          `Delete its runs first: ${named.join(', ')}${runs.length > 3 ? ' and others' : ''}.`,
        );
      }
      await transaction.uploadedVideo.update({ where: { id }, data: { deletedAt: new Date() } });
    });
    await this.enqueue.nowOrLater(id, this.next.videoDeleted({ id, tenant: caller.tenant }));
  }

  /** The file of a video that no row knows, because its transaction was rolled back after the file was moved. */
  private async removeOrphan(sha256: string): Promise<void> {
    await this.database.$transaction(async (transaction) => {
      await lockVideo(transaction, sha256);
      if (!(await transaction.video.count({ where: { sha256 } }))) await this.storage.delete(blobKeys.video(sha256));
    });
  }
}

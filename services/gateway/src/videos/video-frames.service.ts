import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { blobKeys, CodedError, FRAMES_OF_CHUNK, type ErrorCode, type StageJobs } from '@propago/contracts';
import { Database, type VideoFrame } from '@propago/database';
import { inTime, Queues } from '@propago/pipeline';
import { STORAGE, type BlobStore } from '@propago/runtime';
import { EnqueueService } from '../runs/enqueue.service';
import { VideoViewService } from './video-view.service';
import type { OwnVideo } from './videos.service';

/** So long a request for a picture waits for it; then it is asked for again. */
const WAIT_MS = 60_000;
const POLL_MS = 30;

/** Frames of videos, and pictures of them, made when somebody asks for them. */
@Injectable()
export class VideoFramesService {
  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
    private readonly queues: Queues,
    private readonly enqueue: EnqueueService,
    private readonly view: VideoViewService,
  ) {}

  /** Notes that the tenant has asked for the frames of its video, and has them decoded where they are not known yet. */
  async open(own: OwnVideo): Promise<OwnVideo> {
    const { id, videoSha256 } = own;
    const openedAt = own.openedAt ?? new Date();
    if (!own.openedAt) await this.database.uploadedVideo.updateMany({ where: { id }, data: { openedAt } });
    const opened = { ...own, openedAt };
    const { decoding } = await this.view.decodingOf(opened);
    if (decoding.state === 'decoding') {
      await this.enqueue.nowOrLater(id, this.add(own, { kind: 'table', sha256: videoSha256 }));
    }
    return opened;
  }

  /**
   * The picture of a frame at full size, as a JPEG.
   * @throws CodedError FRAME_NOT_FOUND, PICTURE_NOT_READY; what is wrong with a video that cannot be decoded so far
   */
  async picture(own: OwnVideo, index: number): Promise<Buffer> {
    const key = blobKeys.picture(own.videoSha256, index);
    const deadline = Date.now() + WAIT_MS;
    await this.row(own, index, deadline);
    const stored = await this.read(key);
    if (stored) return stored;
    const job = { kind: 'pictures', sha256: own.videoSha256, chunk: Math.floor(index / FRAMES_OF_CHUNK) } as const;
    const { id } = await inTime(this.add(own, job));
    while (Date.now() < deadline) {
      const picture = await this.read(key);
      if (picture) return picture;
      // A finished job leaves the queue, and one that ended without this picture has failed, or was there before its frame.
      if (!(await this.queues.of('pictures').getJob(id))) break;
      await sleep(POLL_MS);
    }
    const late = await this.read(key);
    if (late) return late;
    throw new CodedError('PICTURE_NOT_READY', 'The picture is still being made, or could not be; ask again.');
  }

  /** Waits until a frame is known. */
  private async row(own: OwnVideo, index: number, deadline: number): Promise<VideoFrame> {
    const { videoSha256 } = own;
    const find = () => this.database.videoFrame.findUnique({ where: { videoSha256_index: { videoSha256, index } } });
    for (let opened: OwnVideo | undefined; Date.now() < deadline; await sleep(POLL_MS)) {
      const row = await find();
      if (row && own.openedAt) return row;
      opened ??= await this.open(own);
      if (row) return row;
      const { frames, decoding } = await this.view.decodingOf(opened);
      if (frames !== null && index >= frames) {
        throw new CodedError('FRAME_NOT_FOUND', `The video has ${frames} frames, 0 to ${frames - 1}.`);
      }
      const { error } = decoding;
      if (error) throw new CodedError(error.code as ErrorCode, error.detail ?? error.title);
    }
    throw new CodedError('PICTURE_NOT_READY', 'The video has not been decoded up to this frame yet; ask again.');
  }

  private async read(key: string): Promise<Buffer | undefined> {
    try {
      return await this.storage.get(key);
    } catch (error) {
      if (error instanceof CodedError && error.code === 'BLOB_MISSING') return undefined;
      throw error;
    }
  }

  private add({ tenant }: OwnVideo, job: StageJobs['pictures']) {
    return this.queues.add('pictures', job, { tenant, urgency: 'user' });
  }
}

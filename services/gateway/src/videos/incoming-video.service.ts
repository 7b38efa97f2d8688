import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { blobKeys, CodedError } from '@propago/contracts';
import { CONFIG, STORAGE, StorageRoom, type BlobStore, type ConfigOf } from '@propago/runtime';
import type { Caller } from '../access/caller';
import type { Room } from '../access/quota.service';
import { isJson, lengthOf, partsOf, readToItsEnd, withoutFileName } from '../http/form-parts';
import type { FilePart } from '../http/incoming-form';
import { parseBody } from '../http/parse-body';
import { UploadsService, type Metadata } from '../uploads/uploads.service';
import { videoRequest } from './video-body';

/** A video that came with a request. It lies in storage already, under a key of its own. */
export interface IncomingVideo {
  key: string;
  bytes: number;
  sha256: string;
  fileName: string | undefined;
  /** The upload whose pieces it was put together from; it ends with the video's acceptance. */
  uploadId?: string;
}

/** Who sends a video, and whether the same request was answered before. */
export interface VideoSender {
  caller: Caller;
  isReplay: boolean;
}

/** Reads videos of forms; they stream to storage in constant memory. */
@Injectable()
export class IncomingVideoService {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly storageRoom: StorageRoom,
    private readonly uploads: UploadsService,
  ) {}

  /**
   * @param use gets a free key for the video of a request; what lies under the key is gone when it returns, unless it was
   *   moved away
   * @throws CodedError STORAGE_FULL before a byte is read, and what `use` throws, after the request has been read to its end
   */
  async withKey<T>(request: FastifyRequest, use: (key: string) => Promise<T>): Promise<T> {
    const key = blobKeys.upload(randomUUID());
    try {
      await this.storageRoom.assertRoomFor(lengthOf(request));
      return await use(key);
    } catch (error) {
      readToItsEnd(request);
      throw error;
    } finally {
      await this.storage.delete(key);
    }
  }

  /**
   * The body of POST /v1/videos: a form, which holds a video and nothing else, or the id of an upload.
   * @param room that is left for the video of a form
   * @throws CodedError STORAGE_FULL, REQUEST_INVALID, VIDEO_MISSING, UPLOAD_TOO_LARGE, QUOTA_BYTES, UPLOAD_ABORTED,
   *   UPLOAD_NOT_FOUND, UPLOAD_INCOMPLETE
   */
  async withVideo<T>(
    request: FastifyRequest,
    { room, ...sender }: VideoSender & { room: Room },
    use: (video: IncomingVideo) => Promise<T>,
  ): Promise<T> {
    return this.withKey(request, async (key) => {
      if (isJson(request)) {
        const { uploadId } = parseBody(videoRequest, request.body);
        return use(await this.fromUpload(uploadId, key, sender));
      }
      let video: IncomingVideo | undefined;
      for await (const part of partsOf(request)) {
        if (part.fieldname !== 'video') {
          throw new CodedError('REQUEST_INVALID', `Expected the file video, not ${part.fieldname}.`);
        }
        if (video) throw new CodedError('REQUEST_INVALID', 'The field video was sent twice.');
        if (part.type !== 'file') throw withoutFileName('video');
        video = await this.store(part, room, key);
      }
      if (!video) throw new CodedError('VIDEO_MISSING', 'Expected a file in the field video.');
      return use(video);
    });
  }

  /**
   * Puts the pieces of an upload together. A repeated request needs none of them: its answer is known.
   * @throws CodedError UPLOAD_NOT_FOUND, UPLOAD_INCOMPLETE, STORAGE_FULL
   */
  async fromUpload(uploadId: string, key: string, { caller, isReplay }: VideoSender): Promise<IncomingVideo> {
    if (isReplay) return { key, bytes: 0, sha256: '', fileName: undefined, uploadId };
    const upload = await this.uploads.find(uploadId, caller);
    const file = await this.uploads.open(upload);
    await this.storageRoom.assertRoomFor(Number(upload.bytes));
    const fileName = (upload.metadata as Metadata).filename ?? undefined;
    return { key, ...(await this.storage.putStream(key, file)), fileName, uploadId };
  }

  /** @throws CodedError UPLOAD_TOO_LARGE, QUOTA_BYTES, UPLOAD_ABORTED */
  async store({ file, filename }: FilePart, room: Room, key: string): Promise<IncomingVideo> {
    const { MAX_UPLOAD_BYTES } = this.config;
    try {
      const maxBytes = Math.min(MAX_UPLOAD_BYTES, room.bytes);
      return { key, ...(await this.storage.putStream(key, file, { maxBytes })), fileName: filename };
    } catch (error) {
      const isTooLarge = error instanceof CodedError && error.code === 'UPLOAD_TOO_LARGE';
      if (isTooLarge && room.bytes < MAX_UPLOAD_BYTES) throw room.exceeded();
      throw error;
    }
  }
}

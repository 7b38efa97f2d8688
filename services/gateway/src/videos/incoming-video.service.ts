import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { blobKeys, CodedError } from '@propago/contracts';
import { CONFIG, STORAGE, StorageRoom, type BlobStore, type ConfigOf } from '@propago/runtime';
import type { Room } from '../access/quota.service';
import { lengthOf, partsOf, readToItsEnd, withoutFileName } from '../http/form-parts';
import type { FormPart } from '../http/incoming-form';

/** A video that came with a request. It lies in storage already, under a key of its own. */
export interface IncomingVideo {
  key: string;
  bytes: number;
  sha256: string;
  fileName: string | undefined;
}

/** Reads videos of forms; they stream to storage in constant memory. */
@Injectable()
export class IncomingVideoService {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly storageRoom: StorageRoom,
  ) {}

  /**
   * @param use gets a free key for the video of a request; what lies under it is gone when it returns, unless it was moved
   *   away
   * @throws CodedError STORAGE_FULL and what `use` throws, after the request has been read to its end
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
   * The form of POST /v1/videos, which holds a video and nothing else.
   * @param room that is left for the video
   * @throws CodedError STORAGE_FULL, REQUEST_INVALID, VIDEO_MISSING, UPLOAD_TOO_LARGE, QUOTA_BYTES, UPLOAD_ABORTED
   */
  async withVideo<T>(request: FastifyRequest, room: Room, use: (video: IncomingVideo) => Promise<T>): Promise<T> {
    return this.withKey(request, async (key) => {
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

  /** @throws CodedError UPLOAD_TOO_LARGE, QUOTA_BYTES, UPLOAD_ABORTED */
  async store(part: FormPart & { type: 'file' }, room: Room, key: string): Promise<IncomingVideo> {
    const { MAX_UPLOAD_BYTES } = this.config;
    try {
      const maxBytes = Math.min(MAX_UPLOAD_BYTES, room.bytes);
      return { key, ...(await this.storage.putStream(key, part.file, { maxBytes })), fileName: part.filename };
    } catch (error) {
      const isTooLarge = error instanceof CodedError && error.code === 'UPLOAD_TOO_LARGE';
      if (isTooLarge && room.bytes < MAX_UPLOAD_BYTES) throw room.exceeded();
      throw error;
    }
  }
}

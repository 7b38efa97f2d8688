import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { blobKeys, CodedError } from '@propago/contracts';
import { CONFIG, STORAGE, StorageRoom, type BlobStore, type ConfigOf } from '@propago/runtime';
import type { Room } from '../access/quota.service';
import { arriving, asAborted, lengthOf, partsOf, readToItsEnd, withoutFileName } from '../http/form-parts';

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
   * @param use gets a free key for the video of a request, and what resolves when the storage has room for it; what lies
   *   under the key is gone when it returns, unless it was moved away
   * @throws CodedError STORAGE_FULL and what `use` throws, after the request has been read to its end
   */
  async withKey<T>(
    request: FastifyRequest,
    use: (place: { key: string; admitted: Promise<void> }) => Promise<T>,
  ): Promise<T> {
    const key = blobKeys.upload(randomUUID());
    // Asked for while the form is read already: a form that has arrived as a whole before its first part is listened to
    // may break off unheard.
    const admitted = this.storageRoom.assertRoomFor(lengthOf(request));
    admitted.catch(() => undefined);
    try {
      return await use({ key, admitted });
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
    return this.withKey(request, async (place) => {
      let video: IncomingVideo | undefined;
      for await (const part of partsOf(request)) {
        if (part.fieldname !== 'video') {
          throw new CodedError('REQUEST_INVALID', `Expected the file video, not ${part.fieldname}.`);
        }
        if (video) throw new CodedError('REQUEST_INVALID', 'The field video was sent twice.');
        if (part.type !== 'file') throw withoutFileName('video');
        video = await this.store(part, room, place);
      }
      if (!video) throw new CodedError('VIDEO_MISSING', 'Expected a file in the field video.');
      return use(video);
    });
  }

  /** @throws CodedError STORAGE_FULL before the part is read; UPLOAD_TOO_LARGE, QUOTA_BYTES, UPLOAD_ABORTED */
  async store(
    part: MultipartFile,
    room: Room,
    { key, admitted }: { key: string; admitted: Promise<void> },
  ): Promise<IncomingVideo> {
    const { MAX_UPLOAD_BYTES } = this.config;
    const file = arriving(part.file);
    await admitted;
    try {
      const maxBytes = Math.min(MAX_UPLOAD_BYTES, room.bytes);
      return { key, ...(await this.storage.putStream(key, file, { maxBytes })), fileName: part.filename };
    } catch (error) {
      const isTooLarge = error instanceof CodedError && error.code === 'UPLOAD_TOO_LARGE';
      if (isTooLarge && room.bytes < MAX_UPLOAD_BYTES) throw room.exceeded();
      throw asAborted(error, 'The video did not arrive completely.');
    }
  }
}

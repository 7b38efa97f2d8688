import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { blobKeys, CodedError, parseRunOptions, type ParsedRunOptions } from '@propago/contracts';
import { readMask, type LabelMap } from '@propago/labels';
import { CONFIG, STORAGE, StorageRoom, type BlobStore, type ConfigOf } from '@propago/runtime';
import type { Room } from '../access/quota.service';
import { collect, lengthOf, partsOf, readToItsEnd, withoutFileName } from '../http/form-parts';
import { MAX_MASK_BYTES, MAX_OPTIONS_BYTES } from '../http/upload-limits';

/** A request for a run as it was sent. The video lies in storage already, under a key of its own. */
export interface RunUpload {
  video: { key: string; bytes: number; sha256: string; fileName: string | undefined };
  mask: { bytes: Buffer; labels: LabelMap };
  options: { text: string; parsed: ParsedRunOptions };
}

/** Reads the multipart body of POST /v1/runs; the video streams to storage in constant memory. */
@Injectable()
export class UploadService {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly storageRoom: StorageRoom,
  ) {}

  /**
   * @param room that is left for the video
   * @param use gets the upload; the stored video is gone when it returns, unless it was moved away
   * @throws CodedError STORAGE_FULL before a byte is read; REQUEST_INVALID, VIDEO_MISSING, MASK_MISSING, UPLOAD_TOO_LARGE,
   *   QUOTA_BYTES, UPLOAD_ABORTED, and as soon as they have arrived whatever is wrong with mask or options: sent first,
   *   they are refused before the video
   */
  async withUpload<T>(request: FastifyRequest, room: Room, use: (upload: RunUpload) => Promise<T>): Promise<T> {
    const key = blobKeys.upload(randomUUID());
    try {
      await this.storageRoom.assertRoomFor(lengthOf(request));
      return await use(await this.read(request, room, key));
    } catch (error) {
      readToItsEnd(request);
      throw error;
    } finally {
      await this.storage.delete(key);
    }
  }

  private async read(request: FastifyRequest, room: Room, key: string): Promise<RunUpload> {
    let video: RunUpload['video'] | undefined;
    let mask: RunUpload['mask'] | undefined;
    let options: RunUpload['options'] | undefined;
    for await (const part of partsOf(request)) {
      const twice = { video, mask, options }[part.fieldname];
      if (twice !== undefined) throw new CodedError('REQUEST_INVALID', `The field ${part.fieldname} was sent twice.`);
      if (part.fieldname === 'options') {
        if (part.type === 'field' && part.valueTruncated) {
          throw new CodedError('UPLOAD_TOO_LARGE', `Expected at most ${MAX_OPTIONS_BYTES} bytes of options.`);
        }
        const text = part.type === 'field' ? part.value : (await collect(part.file, MAX_OPTIONS_BYTES)).toString();
        options = { text, parsed: parseRunOptions(text) };
      } else if (part.type === 'file' && part.fieldname === 'mask') {
        mask = this.readMask(await collect(part.file, MAX_MASK_BYTES));
      } else if (part.type === 'file' && part.fieldname === 'video') {
        const stored = await this.store(part.file, room, key);
        video = { key, ...stored, fileName: part.filename };
      } else {
        if (part.fieldname === 'mask' || part.fieldname === 'video') throw withoutFileName(part.fieldname);
        throw new CodedError(
          'REQUEST_INVALID',
          `Expected the files video and mask and the field options, not ${part.fieldname}.`,
        );
      }
    }
    if (!video) throw new CodedError('VIDEO_MISSING', 'Expected a file in the field video.');
    if (!mask) throw new CodedError('MASK_MISSING', 'Expected a file in the field mask.');
    return { video, mask, options: options ?? { text: '{}', parsed: parseRunOptions('{}') } };
  }

  private readMask(bytes: Buffer): RunUpload['mask'] {
    const { MAX_SIDE, MAX_CLASSES } = this.config;
    const limits = { maxSide: MAX_SIDE, maxPixels: MAX_SIDE * MAX_SIDE, maxClasses: MAX_CLASSES };
    return { bytes, labels: readMask(bytes, limits) };
  }

  private async store(file: Readable, room: Room, key: string): Promise<{ bytes: number; sha256: string }> {
    const { MAX_UPLOAD_BYTES } = this.config;
    try {
      return await this.storage.putStream(key, file, { maxBytes: Math.min(MAX_UPLOAD_BYTES, room.bytes) });
    } catch (error) {
      const isTooLarge = error instanceof CodedError && error.code === 'UPLOAD_TOO_LARGE';
      if (isTooLarge && room.bytes < MAX_UPLOAD_BYTES) throw room.exceeded();
      throw error;
    }
  }
}

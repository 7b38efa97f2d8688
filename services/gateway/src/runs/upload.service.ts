import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { blobKeys, CodedError, parseRunOptions, type ParsedRunOptions } from '@propago/contracts';
import { CONFIG, STORAGE, StorageRoom, type BlobStore, type ConfigOf } from '@propago/runtime';
import type { Room } from '../access/quota.service';
import {
  arriving,
  asAborted,
  collect,
  lengthOf,
  partsOf,
  readToItsEnd,
  textOf,
  withoutFileName,
} from '../http/form-parts';
import { MAX_OPTIONS_BYTES } from '../http/upload-limits';
import { maskLimits } from './mask-limits';
import { LabelParts, type SentLabels } from './sent-labels';

/** A request for a run as it was sent. The video lies in storage already, under a key of its own. */
export interface RunUpload {
  video: { key: string; bytes: number; sha256: string; fileName: string | undefined };
  labels: SentLabels;
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
   * @throws CodedError STORAGE_FULL before the video is read; REQUEST_INVALID, VIDEO_MISSING, MASK_MISSING, UPLOAD_TOO_LARGE,
   *   QUOTA_BYTES, UPLOAD_ABORTED, and as soon as they have arrived whatever is wrong with masks, prompts or options: sent
   *   first, they are refused before the video
   */
  async withUpload<T>(request: FastifyRequest, room: Room, use: (upload: RunUpload) => Promise<T>): Promise<T> {
    const key = blobKeys.upload(randomUUID());
    // Asked for while the form is read already: a form that has arrived as a whole before its first part is listened to
    // may break off unheard.
    const admitted = this.storageRoom.assertRoomFor(lengthOf(request));
    admitted.catch(() => undefined);
    try {
      return await use(await this.read(request, room, { key, admitted }));
    } catch (error) {
      readToItsEnd(request);
      throw error;
    } finally {
      await this.storage.delete(key);
    }
  }

  private async read(
    request: FastifyRequest,
    room: Room,
    { key, admitted }: { key: string; admitted: Promise<void> },
  ): Promise<RunUpload> {
    let video: RunUpload['video'] | undefined;
    const labels = new LabelParts(maskLimits(this.config));
    let options: RunUpload['options'] | undefined;
    for await (const part of partsOf(request)) {
      const twice = { video, options }[part.fieldname];
      if (twice !== undefined) throw new CodedError('REQUEST_INVALID', `The field ${part.fieldname} was sent twice.`);
      if (part.fieldname === 'options') {
        if (part.type === 'field' && part.valueTruncated) {
          throw new CodedError('UPLOAD_TOO_LARGE', `Expected at most ${MAX_OPTIONS_BYTES} bytes of options.`);
        }
        const text =
          part.type === 'field' ? textOf(part.value) : (await collect(part.file, MAX_OPTIONS_BYTES)).toString();
        options = { text, parsed: parseRunOptions(text) };
      } else if (part.type === 'file' && part.fieldname === 'video') {
        const file = arriving(part.file);
        await admitted;
        const stored = await this.store(file, room, key);
        video = { key, ...stored, fileName: part.filename };
      } else if (!(await labels.take(part))) {
        if (part.fieldname === 'video') throw withoutFileName(part.fieldname);
        throw new CodedError(
          'REQUEST_INVALID',
          `Expected the files video, mask and mask@FRAME and the fields options, keypoints, prompts, objects and fit, not ${part.fieldname}.`,
        );
      }
    }
    await admitted;
    if (!video) throw new CodedError('VIDEO_MISSING', 'Expected a file in the field video.');
    return { video, labels: labels.all(), options: options ?? { text: '{}', parsed: parseRunOptions('{}') } };
  }

  private async store(file: Readable, room: Room, key: string): Promise<{ bytes: number; sha256: string }> {
    const { MAX_UPLOAD_BYTES } = this.config;
    try {
      return await this.storage.putStream(key, file, { maxBytes: Math.min(MAX_UPLOAD_BYTES, room.bytes) });
    } catch (error) {
      const isTooLarge = error instanceof CodedError && error.code === 'UPLOAD_TOO_LARGE';
      if (isTooLarge && room.bytes < MAX_UPLOAD_BYTES) throw room.exceeded();
      throw asAborted(error, 'The video did not arrive completely.');
    }
  }
}

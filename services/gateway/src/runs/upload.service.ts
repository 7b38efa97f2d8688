import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { CodedError, parseRunOptions, type ParsedRunOptions } from '@propago/contracts';
import { readMask, type LabelMap } from '@propago/labels';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import type { Room } from '../access/quota.service';
import { collect, partsOf, withoutFileName } from '../http/form-parts';
import { MAX_MASK_BYTES, MAX_OPTIONS_BYTES } from '../http/upload-limits';
import { IncomingVideoService, type IncomingVideo } from '../videos/incoming-video.service';

/** A request for a run as it was sent. */
export interface RunUpload {
  /** One that came with the request, or the id of one that was sent before. */
  video: IncomingVideo | { id: string };
  mask: { bytes: Buffer; labels: LabelMap };
  options: { text: string; parsed: ParsedRunOptions };
}

/** Reads the multipart body of POST /v1/runs; the video streams to storage in constant memory. */
@Injectable()
export class UploadService {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    private readonly incoming: IncomingVideoService,
  ) {}

  /**
   * @param room that is left for the video
   * @param use gets the upload; the stored video is gone when it returns, unless it was moved away
   * @throws CodedError STORAGE_FULL before a byte is read; REQUEST_INVALID, VIDEO_MISSING, MASK_MISSING, UPLOAD_TOO_LARGE,
   *   QUOTA_BYTES, UPLOAD_ABORTED, and as soon as they have arrived whatever is wrong with mask or options: sent first,
   *   they are refused before the video
   */
  async withUpload<T>(request: FastifyRequest, room: Room, use: (upload: RunUpload) => Promise<T>): Promise<T> {
    return this.incoming.withKey(request, async (key) => use(await this.read(request, room, key)));
  }

  private async read(request: FastifyRequest, room: Room, key: string): Promise<RunUpload> {
    let video: IncomingVideo | undefined;
    let videoId: string | undefined;
    let mask: RunUpload['mask'] | undefined;
    let options: RunUpload['options'] | undefined;
    for await (const part of partsOf(request)) {
      const twice = { video, videoId, mask, options }[part.fieldname];
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
        video = await this.incoming.store(part, room, key);
      } else if (part.type === 'field' && part.fieldname === 'videoId') {
        videoId = part.value;
      } else {
        if (part.fieldname === 'mask' || part.fieldname === 'video') throw withoutFileName(part.fieldname);
        throw new CodedError(
          'REQUEST_INVALID',
          `Expected the files video and mask and the fields videoId and options, not ${part.fieldname}.`,
        );
      }
    }
    if (video && videoId) throw new CodedError('REQUEST_INVALID', 'Expected a video or the videoId of one, not both.');
    if (!video && !videoId) throw new CodedError('VIDEO_MISSING', 'Expected a file in the field video, or a videoId.');
    if (!mask) throw new CodedError('MASK_MISSING', 'Expected a file in the field mask.');
    return {
      video: video ?? { id: videoId! },
      mask,
      options: options ?? { text: '{}', parsed: parseRunOptions('{}') },
    };
  }

  private readMask(bytes: Buffer): RunUpload['mask'] {
    const { MAX_SIDE, MAX_CLASSES } = this.config;
    const limits = { maxSide: MAX_SIDE, maxPixels: MAX_SIDE * MAX_SIDE, maxClasses: MAX_CLASSES };
    return { bytes, labels: readMask(bytes, limits) };
  }
}

import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CodedError, parseRunOptions, type ParsedRunOptions } from '@propago/contracts';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import type { Room } from '../access/quota.service';
import { collect, isForm, partsOf, withoutFileName } from '../http/form-parts';
import { parseBody } from '../http/parse-body';
import { MAX_OPTIONS_BYTES } from '../http/upload-limits';
import { IncomingVideoService, type IncomingVideo } from '../videos/incoming-video.service';
import { maskLimits } from './mask-limits';
import { labelFields, LabelParts, type SentLabels } from './sent-labels';

/** A request for a run as it was sent. */
export interface RunUpload {
  /** One that came with the request, or the id of one that was sent before. */
  video: IncomingVideo | { id: string };
  labels: SentLabels;
  options: { text: string; parsed: ParsedRunOptions };
}

/** The body of POST /v1/runs as JSON. What is wrong with its options is said as it is of a form's. */
const jsonBody = z.strictObject({ videoId: z.string().optional(), options: z.unknown().optional(), ...labelFields });

/** Reads the body of POST /v1/runs; a video that comes with it streams to storage in constant memory. */
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
   *   QUOTA_BYTES, UPLOAD_ABORTED, and as soon as they have arrived whatever is wrong with masks, prompts or options: sent
   *   first, they are refused before the video
   */
  async withUpload<T>(request: FastifyRequest, room: Room, use: (upload: RunUpload) => Promise<T>): Promise<T> {
    if (!isForm(request)) return use(this.fromJson(request.body));
    return this.incoming.withKey(request, async (key) => use(await this.read(request, room, key)));
  }

  /** A request about a video that was sent before, all of whose labels are JSON. */
  private fromJson(body: unknown): RunUpload {
    if (body === undefined || body === null || Buffer.isBuffer(body))
      throw new CodedError('REQUEST_INVALID', 'Expected a multipart/form-data body, or JSON.');
    const { videoId, options = {}, ...said } = parseBody(jsonBody, body);
    const labels = new LabelParts(maskLimits(this.config));
    labels.takeJson(said);
    const text = JSON.stringify(options);
    const upload = { labels: labels.all(), options: { text, parsed: parseRunOptions(text) } };
    if (videoId === undefined) {
      throw new CodedError(
        'VIDEO_MISSING',
        'Expected the videoId of a video, or a form with a file in the field video.',
      );
    }
    return { video: { id: videoId }, ...upload };
  }

  private async read(request: FastifyRequest, room: Room, key: string): Promise<RunUpload> {
    let video: IncomingVideo | undefined;
    let videoId: string | undefined;
    const labels = new LabelParts(maskLimits(this.config));
    let options: RunUpload['options'] | undefined;
    for await (const part of partsOf(request)) {
      const twice = { video, videoId, options }[part.fieldname];
      if (twice !== undefined) throw new CodedError('REQUEST_INVALID', `The field ${part.fieldname} was sent twice.`);
      if (part.fieldname === 'options') {
        if (part.type === 'field' && part.valueTruncated) {
          throw new CodedError('UPLOAD_TOO_LARGE', `Expected at most ${MAX_OPTIONS_BYTES} bytes of options.`);
        }
        const text = part.type === 'field' ? part.value : (await collect(part.file, MAX_OPTIONS_BYTES)).toString();
        options = { text, parsed: parseRunOptions(text) };
      } else if (part.type === 'file' && part.fieldname === 'video') {
        video = await this.incoming.store(part, room, key);
      } else if (part.type === 'field' && part.fieldname === 'videoId') {
        videoId = part.value;
      } else if (!(await labels.take(part))) {
        if (part.fieldname === 'video') throw withoutFileName(part.fieldname);
        throw new CodedError(
          'REQUEST_INVALID',
          'Expected the files video, mask and mask@FRAME and the fields videoId, options, keypoints, prompts, objects and fit, ' +
            `not ${part.fieldname}.`,
        );
      }
    }
    if (video && videoId) throw new CodedError('REQUEST_INVALID', 'Expected a video or the videoId of one, not both.');
    if (!video && !videoId) throw new CodedError('VIDEO_MISSING', 'Expected a file in the field video, or a videoId.');
    return {
      video: video ?? { id: videoId! },
      labels: labels.all(),
      options: options ?? { text: '{}', parsed: parseRunOptions('{}') },
    };
  }
}

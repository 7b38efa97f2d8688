import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CodedError, parseRunOptions, type ParsedRunOptions } from '@propago/contracts';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import type { Room } from '../access/quota.service';
import { collect, isForm, partsOf, withoutFileName } from '../http/form-parts';
import { parseBody } from '../http/parse-body';
import { MAX_OPTIONS_BYTES } from '../http/upload-limits';
import { IncomingVideoService, type IncomingVideo, type VideoSender } from '../videos/incoming-video.service';
import { maskLimits } from './mask-limits';
import { labelFields, LabelParts, type SentLabels } from './sent-labels';

/** A request for a run as it was sent. */
export interface RunUpload {
  /** One that came with the request, or the id of one that was sent before. */
  video: IncomingVideo | { id: string };
  labels: SentLabels;
  options: { text: string; parsed: ParsedRunOptions };
}

/** The same before the pieces of its video are put together. */
type SentRun = Omit<RunUpload, 'video'> & { video?: RunUpload['video']; uploadId?: string };

/** Who sends a run, and what is left for the video of a form. */
type RunSender = VideoSender & { room: Room };

/** The body of POST /v1/runs as JSON. What is wrong with its options is said as it is of a form's. */
const jsonBody = z.strictObject({
  videoId: z.string().optional(),
  uploadId: z.string().optional(),
  options: z.unknown().optional(),
  ...labelFields,
});

/** Reads the body of POST /v1/runs; a video that comes with it streams to storage in constant memory. */
@Injectable()
export class UploadService {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    private readonly incoming: IncomingVideoService,
  ) {}

  /**
   * @param use gets the upload; the stored video is gone when it returns, unless it was moved away
   * @throws CodedError STORAGE_FULL before a byte is read; REQUEST_INVALID, VIDEO_MISSING, MASK_MISSING, UPLOAD_TOO_LARGE,
   *   QUOTA_BYTES, UPLOAD_ABORTED, and as soon as they have arrived whatever is wrong with masks, prompts or options: sent
   *   first, they are refused before the video
   */
  async withUpload<T>(request: FastifyRequest, sender: RunSender, use: (upload: RunUpload) => Promise<T>): Promise<T> {
    if (isForm(request)) {
      return this.incoming.withKey(request, async (key) => {
        return use(await this.whole(await this.read(request, sender.room, key), key, sender));
      });
    }
    const sent = this.fromJson(request.body);
    if (sent.uploadId === undefined) return use(sent as RunUpload);
    return this.incoming.withKey(request, async (key) => use(await this.whole(sent, key, sender)));
  }

  private async whole({ video, uploadId, ...said }: SentRun, key: string, sender: RunSender): Promise<RunUpload> {
    if (uploadId === undefined) return { video: video!, ...said };
    return { video: await this.incoming.fromUpload(uploadId, key, sender), ...said };
  }

  /** A request about a video that was sent before, all of whose labels are JSON. */
  private fromJson(body: unknown): SentRun {
    if (body === undefined || body === null || Buffer.isBuffer(body))
      throw new CodedError('REQUEST_INVALID', 'Expected a multipart/form-data body, or JSON.');
    const { videoId, uploadId, options = {}, ...said } = parseBody(jsonBody, body);
    const labels = new LabelParts(maskLimits(this.config));
    labels.takeJson(said);
    const text = JSON.stringify(options);
    assertOneVideo({ videoId, uploadId }, 'the videoId of a video, or a form with a file in the field video');
    const video = videoId === undefined ? undefined : { id: videoId };
    return { video, uploadId, labels: labels.all(), options: { text, parsed: parseRunOptions(text) } };
  }

  private async read(request: FastifyRequest, room: Room, key: string): Promise<SentRun> {
    let video: IncomingVideo | undefined;
    const named: { videoId?: string; uploadId?: string } = {};
    const labels = new LabelParts(maskLimits(this.config));
    let options: RunUpload['options'] | undefined;
    for await (const part of partsOf(request)) {
      const twice = { video, ...named, options }[part.fieldname];
      if (twice !== undefined) throw new CodedError('REQUEST_INVALID', `The field ${part.fieldname} was sent twice.`);
      if (part.fieldname === 'options') {
        if (part.type === 'field' && part.valueTruncated) {
          throw new CodedError('UPLOAD_TOO_LARGE', `Expected at most ${MAX_OPTIONS_BYTES} bytes of options.`);
        }
        const text = part.type === 'field' ? part.value : (await collect(part.file, MAX_OPTIONS_BYTES)).toString();
        options = { text, parsed: parseRunOptions(text) };
      } else if (part.type === 'file' && part.fieldname === 'video') {
        video = await this.incoming.store(part, room, key);
      } else if (part.type === 'field' && (part.fieldname === 'videoId' || part.fieldname === 'uploadId')) {
        named[part.fieldname] = part.value;
      } else if (!(await labels.take(part))) {
        if (part.fieldname === 'video') throw withoutFileName(part.fieldname);
        throw new CodedError(
          'REQUEST_INVALID',
          'Expected the files video, mask and mask@FRAME and the fields videoId, uploadId, options, annotations, keypoints, prompts, objects and fit, ' +
            `not ${part.fieldname}.`,
        );
      }
    }
    assertOneVideo({ video, ...named }, 'a file in the field video, or a videoId');
    return {
      video: named.videoId === undefined ? video : { id: named.videoId },
      uploadId: named.uploadId,
      labels: labels.all(),
      options: options ?? { text: '{}', parsed: parseRunOptions('{}') },
    };
  }
}

/** @throws CodedError VIDEO_MISSING, REQUEST_INVALID where there are several */
function assertOneVideo(given: object, expected: string): void {
  const count = Object.values(given).filter((value) => value !== undefined).length;
  if (count === 0) throw new CodedError('VIDEO_MISSING', `Expected ${expected}.`);
  if (count > 1) {
    throw new CodedError(
      'REQUEST_INVALID',
      'Expected a video, the videoId of one or the uploadId of one, and only one.',
    );
  }
}

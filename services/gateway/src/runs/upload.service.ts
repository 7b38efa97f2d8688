import { randomUUID } from 'node:crypto';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { blobKeys, CodedError, parseRunOptions, type ParsedRunOptions } from '@propago/contracts';
import { readMask, type LabelMap } from '@propago/labels';
import { CONFIG, STORAGE, type BlobStore, type ConfigOf } from '@propago/runtime';

const MAX_MASK_BYTES = 64 * 2 ** 20;
const MAX_OPTIONS_BYTES = 64 * 2 ** 10;

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
  ) {}

  /**
   * @param use gets the upload; the stored video is gone when it returns, unless it was moved away
   * @throws CodedError REQUEST_INVALID, VIDEO_MISSING, MASK_MISSING, UPLOAD_TOO_LARGE, UPLOAD_ABORTED, and as soon as
   *   they have arrived whatever is wrong with mask or options: sent first, they are refused before the video is
   */
  async withUpload<T>(request: FastifyRequest, use: (upload: RunUpload) => Promise<T>): Promise<T> {
    const key = blobKeys.upload(randomUUID());
    try {
      return await use(await this.read(request, key));
    } catch (error) {
      // A body refused in its middle must be read to its end: its sender may look for the answer only after it.
      request.raw.unpipe();
      request.raw.resume();
      throw error;
    } finally {
      await this.storage.delete(key);
    }
  }

  private async read(request: FastifyRequest, key: string): Promise<RunUpload> {
    if (!request.isMultipart()) throw new CodedError('REQUEST_INVALID', 'Expected a multipart/form-data body.');
    let video: RunUpload['video'] | undefined;
    let mask: RunUpload['mask'] | undefined;
    let options: RunUpload['options'] | undefined;
    for await (const part of partsOf(request)) {
      const twice = { video, mask, options }[part.fieldname];
      if (twice !== undefined) throw new CodedError('REQUEST_INVALID', `The field ${part.fieldname} was sent twice.`);
      if (part.fieldname === 'options') {
        const text =
          part.type === 'field' ? textOf(part.value) : (await collect(part.file, MAX_OPTIONS_BYTES)).toString();
        options = { text, parsed: parseRunOptions(text) };
      } else if (part.type === 'file' && part.fieldname === 'mask') {
        mask = this.readMask(await collect(part.file, MAX_MASK_BYTES));
      } else if (part.type === 'file' && part.fieldname === 'video') {
        const stored = await this.store(part.file, key);
        video = { key, ...stored, fileName: part.filename };
      } else {
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

  private async store(file: Readable, key: string): Promise<{ bytes: number; sha256: string }> {
    try {
      return await this.storage.putStream(key, arriving(file), { maxBytes: this.config.MAX_UPLOAD_BYTES });
    } catch (error) {
      throw asAborted(error, 'The video did not arrive completely.');
    }
  }
}

/** The parts of the form. @throws CodedError REQUEST_INVALID when the body is no form */
async function* partsOf(request: FastifyRequest): AsyncGenerator<Multipart> {
  const parts = request.parts();
  for (;;) {
    const { value, done } = await parts.next().catch((error: Error & { statusCode?: number }) => {
      throw error.statusCode ? error : new CodedError('REQUEST_INVALID', `${error.message}.`, { cause: error });
    });
    if (done) return;
    yield value;
  }
}

/** A part's stream may fail before anybody reads it, and would then never say so: this one keeps the failure. */
function arriving(file: Readable): Readable {
  const kept = new PassThrough();
  pipeline(file, kept, () => {});
  return kept;
}

/** The text of a field; one that says it is JSON comes parsed. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What the sender did, as a coded error; a failure of the storage stays what it is. */
function asAborted(error: unknown, message: string): unknown {
  const { code, message: cause = '' } = error as NodeJS.ErrnoException;
  const isSenders = code === 'ERR_STREAM_PREMATURE_CLOSE' || cause.includes('terminated early');
  return isSenders ? new CodedError('UPLOAD_ABORTED', message, { cause: error }) : error;
}

async function collect(file: MultipartFile['file'], maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of arriving(file)) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxBytes) throw new CodedError('UPLOAD_TOO_LARGE', `Expected at most ${maxBytes} bytes.`);
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throw asAborted(error, 'The form did not arrive completely.');
  }
  if (file.truncated) throw new CodedError('UPLOAD_TOO_LARGE', `Expected fewer than ${bytes} bytes.`);
  return Buffer.concat(chunks);
}

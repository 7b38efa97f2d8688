import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { blobKeys, CodedError } from '@propago/contracts';
import { CONFIG, STORAGE, type BlobStore, type ConfigOf } from '@propago/runtime';

const MAX_MASK_BYTES = 64 * 2 ** 20;
const MAX_OPTIONS_BYTES = 64 * 2 ** 10;

/** A request for a run as it was sent. The video lies in storage already, under a key of its own. */
export interface RunUpload {
  video: { key: string; bytes: number; sha256: string; fileName: string | undefined };
  mask: Buffer;
  options: string;
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
   * @throws CodedError REQUEST_INVALID, VIDEO_MISSING, MASK_MISSING, UPLOAD_TOO_LARGE, UPLOAD_ABORTED
   */
  async withUpload<T>(request: FastifyRequest, use: (upload: RunUpload) => Promise<T>): Promise<T> {
    const key = blobKeys.upload(randomUUID());
    try {
      return await use(await this.read(request, key));
    } finally {
      await this.storage.delete(key);
    }
  }

  private async read(request: FastifyRequest, key: string): Promise<RunUpload> {
    if (!request.isMultipart()) throw new CodedError('REQUEST_INVALID', 'Expected a multipart/form-data body.');
    let video: RunUpload['video'] | undefined;
    let mask: Buffer | undefined;
    let options = '{}';
    for await (const part of request.parts()) {
      const twice = { video, mask, options: options === '{}' ? undefined : options }[part.fieldname];
      if (twice !== undefined) throw new CodedError('REQUEST_INVALID', `The field ${part.fieldname} was sent twice.`);
      if (part.fieldname === 'options') {
        options = part.type === 'field' ? String(part.value) : (await collect(part.file, MAX_OPTIONS_BYTES)).toString();
      } else if (part.type === 'file' && part.fieldname === 'mask') {
        mask = await collect(part.file, MAX_MASK_BYTES);
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
    return { video, mask, options };
  }

  private async store(file: Readable, key: string): Promise<{ bytes: number; sha256: string }> {
    try {
      return await this.storage.putStream(key, file, { maxBytes: this.config.MAX_UPLOAD_BYTES });
    } catch (error) {
      if (error instanceof CodedError) throw error;
      throw new CodedError('UPLOAD_ABORTED', 'The video did not arrive completely.', { cause: error });
    }
  }
}

async function collect(file: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of file) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBytes) throw new CodedError('UPLOAD_TOO_LARGE', `Expected at most ${maxBytes} bytes.`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

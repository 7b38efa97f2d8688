import { PassThrough, pipeline, type Readable } from 'node:stream';
import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { assertStorable, CodedError } from '@propago/contracts';

/**
 * The parts of the form.
 * @param maxFileBytes of one file; that of the server when absent. A longer one is cut off one byte after it.
 * @throws CodedError REQUEST_INVALID when the body is no form, TEXT_INVALID
 */
export async function* partsOf(request: FastifyRequest, maxFileBytes?: number): AsyncGenerator<Multipart> {
  if (!request.isMultipart()) throw new CodedError('REQUEST_INVALID', 'Expected a multipart/form-data body.');
  const parts = request.parts(maxFileBytes === undefined ? {} : { limits: { fileSize: maxFileBytes + 1 } });
  for (;;) {
    const { value, done } = await parts.next().catch((error: Error & { statusCode?: number }) => {
      throw error.statusCode ? error : new CodedError('REQUEST_INVALID', `${error.message}.`, { cause: error });
    });
    if (done) return;
    // What a field holds is looked at by whoever parses it: a film that came as a field is no matter of its characters.
    assertStorable(value.fieldname, 'the names of the parts');
    if (value.type === 'file') assertStorable(value.filename, `the file name of ${value.fieldname}`);
    yield value;
  }
}

/** Bytes of the body, where its sender says how many come. */
export function lengthOf({ headers }: FastifyRequest): number | undefined {
  const length = Number(headers['content-length']);
  return Number.isSafeInteger(length) ? length : undefined;
}

/** A part's stream may fail before anybody reads it, and would then never say so: this one keeps the failure. */
export function arriving(file: Readable): Readable {
  const kept = new PassThrough();
  pipeline(file, kept, () => {});
  return kept;
}

/** What is wrong with a part that should be a file and came as a field. */
export function withoutFileName(name: string): CodedError {
  return new CodedError(
    'REQUEST_INVALID',
    `The part ${name} came as a field: give it a file name, as in Content-Disposition: form-data; name="${name}"; filename="${name}".`,
  );
}

/** The text of a field; one that says it is JSON comes parsed. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What the sender did, as a coded error; a failure of the storage stays what it is. */
export function asAborted(error: unknown, message: string): unknown {
  const { code, message: cause = '' } = error as NodeJS.ErrnoException;
  const isSenders = code === 'ERR_STREAM_PREMATURE_CLOSE' || cause.includes('terminated early');
  return isSenders ? new CodedError('UPLOAD_ABORTED', message, { cause: error }) : error;
}

export async function collect(file: MultipartFile['file'], maxBytes: number): Promise<Buffer> {
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

/** A body refused in its middle must be read to its end: its sender may look for the answer only after it. */
export function readToItsEnd(request: FastifyRequest): void {
  request.raw.unpipe();
  request.raw.resume();
}

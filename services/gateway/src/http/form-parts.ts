import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { assertStorable, CodedError } from '@propago/contracts';
import { IncomingForm, type FormPart } from './incoming-form';

const FORM = 'multipart/form-data';

/** Leaves the bodies of forms to the routes that read them. */
export function acceptForms(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(FORM, (_request, _body, done) => done(null));
}

/** Whether the body says that it is a form. */
export function isForm({ headers }: FastifyRequest): boolean {
  return headers['content-type']?.toLowerCase().startsWith(FORM) ?? false;
}

/** Whether the body says that it is JSON. */
export function isJson({ headers }: FastifyRequest): boolean {
  return headers['content-type']?.toLowerCase().startsWith('application/json') ?? false;
}

/**
 * The parts of the form. A file is read before the next part is asked for.
 * @throws CodedError REQUEST_INVALID when the body is no form, TEXT_INVALID, UPLOAD_ABORTED
 */
export async function* partsOf(request: FastifyRequest): AsyncGenerator<FormPart> {
  if (!isForm(request)) throw new CodedError('REQUEST_INVALID', `Expected a ${FORM} body.`);
  const form = new IncomingForm(request.raw);
  try {
    for (let part = await form.next(); part; part = await form.next()) {
      // What a field holds is looked at by whoever parses it: a film that came as a field is no matter of its characters.
      assertStorable(part.fieldname, 'the names of the parts');
      if (part.type === 'file') assertStorable(part.filename, `the file name of ${part.fieldname}`);
      yield part;
    }
  } finally {
    form.leave();
  }
}

/** Bytes of the body, where its sender says how many come; JSON brings no file. */
export function fileBytesOf(request: FastifyRequest): number | undefined {
  return isJson(request) ? 0 : lengthOf(request);
}

/** Bytes of the body, where its sender says how many come. */
export function lengthOf({ headers }: FastifyRequest): number | undefined {
  const length = Number(headers['content-length']);
  return Number.isSafeInteger(length) ? length : undefined;
}

/** What is wrong with a part that should be a file and came as a field. */
export function withoutFileName(name: string): CodedError {
  return new CodedError(
    'REQUEST_INVALID',
    `The part ${name} came as a field: give it a file name, as in Content-Disposition: form-data; name="${name}"; filename="${name}".`,
  );
}

/** @throws CodedError UPLOAD_TOO_LARGE, UPLOAD_ABORTED */
export async function collect(file: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of file as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new CodedError('UPLOAD_TOO_LARGE', `Expected at most ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A body refused in its middle must be read to its end: its sender may look for the answer only after it. */
export function readToItsEnd(request: FastifyRequest): void {
  request.raw.unpipe();
  request.raw.resume();
}

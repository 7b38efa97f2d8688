import type { IncomingMessage } from 'node:http';
import { finished, PassThrough, pipeline, type Readable } from 'node:stream';
import Busboy, { type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import { CodedError } from '@propago/contracts';
import { MOST_PROMPTS } from './upload-limits';

/** A part of a form: a file whose bytes may still be arriving, or the text of a field. */
export type FormPart =
  | { type: 'file'; fieldname: string; filename: string | undefined; file: Readable }
  | { type: 'field'; fieldname: string; value: string; valueTruncated: boolean };

/**
 * A run may come with a mask, or JSON, for each of many frames. Of each part one is accepted, and a second one is told so.
 * How long a file may be is up to whoever reads it.
 */
const LIMITS = { files: MOST_PROMPTS + 8, fields: 2 * MOST_PROMPTS, parts: 3 * MOST_PROMPTS };

/**
 * The parts of a form, in the order in which they arrive, however late anybody asks for them.
 *
 * A small form may have arrived as a whole, or have broken off, before its first part is read. So every file flows into a
 * stream of its own at once, which keeps bytes, end and failure for its reader: the parser's stream forgets a failure
 * that nobody listens to.
 */
export class IncomingForm {
  private readonly parser: BusboyInstance;
  private readonly arrived: FormPart[] = [];
  private receiving: Readable | undefined;
  /** Undefined while the form arrives, null when it is complete. */
  private failure: CodedError | null | undefined;
  private wake = (): void => {};

  /** @throws CodedError REQUEST_INVALID when the header names no boundary */
  constructor(private readonly request: IncomingMessage) {
    try {
      this.parser = new Busboy({ headers: request.headers as BusboyHeaders, limits: LIMITS });
    } catch (cause) {
      throw new CodedError('REQUEST_INVALID', 'Expected a boundary in the content type.', { cause });
    }
    const tooMany = (): void =>
      this.end(new CodedError('REQUEST_INVALID', 'The form has more parts than a request needs.'));
    this.parser
      .on('field', (fieldname = '', value, _, valueTruncated) =>
        this.add({ type: 'field', fieldname, value, valueTruncated }),
      )
      .on('file', (fieldname = '', stream, filename) =>
        this.add({ type: 'file', fieldname, filename, file: this.receive(stream) }),
      )
      .on('partsLimit', tooMany)
      .on('filesLimit', tooMany)
      .on('fieldsLimit', tooMany)
      .on('error', (error) => this.end(brokenOff(error as Error)))
      .on('finish', () => this.end(null));
    finished(request, { writable: false }, (error) => error && this.end(brokenOff(error)));
    request.pipe(this.parser);
  }

  /**
   * The next part, null after the last one. Asked for when the file before has been read to its end.
   * @throws CodedError UPLOAD_ABORTED, REQUEST_INVALID
   */
  async next(): Promise<FormPart | null> {
    while (this.arrived.length === 0) {
      if (this.failure) throw this.failure;
      if (this.failure === null) return null;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return this.arrived.shift()!;
  }

  /** Nothing more of it is wanted. */
  leave(): void {
    this.request.unpipe(this.parser);
    this.receiving?.destroy();
  }

  private add(part: FormPart): void {
    if (this.failure !== undefined) return;
    this.arrived.push(part);
    this.wake();
  }

  private receive(stream: Readable): Readable {
    const kept = new PassThrough();
    // Whoever reads the part hears of its failure, now or later.
    for (const one of [stream, kept]) one.on('error', () => {});
    pipeline(stream, kept, () => {});
    this.receiving = kept;
    return kept;
  }

  private end(failure: CodedError | null): void {
    if (this.failure !== undefined) return;
    this.failure = failure;
    if (failure) this.receiving?.destroy(failure);
    this.wake();
  }
}

function brokenOff(cause: Error): CodedError {
  return new CodedError('UPLOAD_ABORTED', 'The form did not arrive completely: its closing boundary is missing.', {
    cause,
  });
}

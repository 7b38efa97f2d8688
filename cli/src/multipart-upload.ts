import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from './failure';

interface FilePart {
  fileName: string;
  contentType: string;
  open: () => Readable;
}

/** One field of a multipart form: text, or a file that is read while it is sent. */
export type FormPart = { name: string } & ({ text: string } | FilePart);

export interface UploadAnswer {
  status: number;
  location: string | undefined;
  body: string;
}

const quoted = (name: string): string => name.replace(/["\r\n]/g, '_');

/** The content of a part that is a file. @throws Failure when it cannot be read */
async function* contentOf({ fileName, open }: FilePart): AsyncGenerator<Uint8Array> {
  try {
    yield* open();
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${fileName} cannot be read: ${(error as Error).message}`, 2);
  }
}

async function* encodeForm(parts: readonly FormPart[], boundary: string): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${part.name}"`;
    if ('text' in part) {
      yield Buffer.from(`${head}\r\n\r\n${part.text}`);
    } else {
      yield Buffer.from(`${head}; filename="${quoted(part.fileName)}"\r\nContent-Type: ${part.contentType}\r\n\r\n`);
      yield* contentOf(part);
    }
    yield Buffer.from('\r\n');
  }
  yield Buffer.from(`--${boundary}--\r\n`);
}

/**
 * Sends a form in constant memory. The server may refuse it before it was sent to the end: then its answer counts and
 * the rest is not sent.
 *
 * @throws Failure when the form itself cannot be made: a file that cannot be read, a folder without frames
 * @throws Error of the connection when there is no answer
 */
export async function uploadForm(
  url: string,
  parts: readonly FormPart[],
  { signal, headers = {} }: { signal: AbortSignal; headers?: Record<string, string> },
): Promise<UploadAnswer> {
  const boundary = `propago-${randomUUID()}`;
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const request = send(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': `multipart/form-data; boundary=${boundary}`, accept: 'application/json' },
    signal,
  });
  const stopSending = new AbortController();
  // What is wrong with the form breaks the connection too; the connection's own error then says nothing.
  let formFailure: Failure | undefined;
  async function* form(): AsyncGenerator<Uint8Array> {
    try {
      yield* encodeForm(parts, boundary);
    } catch (error) {
      formFailure = error as Failure;
      throw error;
    }
  }
  const answer = new Promise<UploadAnswer>((resolve, reject) => {
    request.on('error', (error) => reject(formFailure ?? error));
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, location: headers.location, body: Buffer.concat(chunks).toString('utf8') });
        stopSending.abort();
      });
    });
  });
  const sending = pipeline(Readable.from(form()), request, { signal: stopSending.signal });
  // A connection that breaks while sending may still have brought an answer; a form that cannot be made has none.
  const failedToSend = sending.then(
    () => answer,
    () => {
      if (formFailure) throw formFailure;
      return answer;
    },
  );
  return Promise.race([answer, failedToSend]);
}

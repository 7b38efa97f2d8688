import { knownUploads } from '#known-uploads';
import * as tus from 'tus-js-client';
import { PropagoError } from './errors.js';

export type UrlStorage = (typeof tus.defaultOptions)['urlStorage'];

/** Of one request, and in memory: what the server has acknowledged is not sent again. */
const PIECE_BYTES = 16 * 2 ** 20;
/** What tells files apart that have the same name and size: their headers and indexes are at their ends. */
const SAMPLE_BYTES = 2 ** 20;
/** After each failure without progress; a server that restarts is back by then. */
const PAUSES_MS = [0, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000];

/** A file whose bytes have all arrived. */
export interface SentFile {
  uploadId: string;
  /** Something has been made of it: it is not looked for again. */
  forget(): Promise<void>;
}

/**
 * Sends a file in pieces, by tus. It goes on where an earlier attempt with the same file ended, also one of a program that
 * was killed.
 * @throws PropagoError where the server refuses; Error where it stays away
 */
export async function sendResumably(
  file: Blob,
  { baseUrl, headers, name }: { baseUrl: string; headers: Record<string, string>; name: string },
): Promise<SentFile> {
  const known = knownUploads();
  const fingerprint = await fingerprintOf(file, `${baseUrl}\n${name}`);
  const url = await new Promise<string>((resolve, reject) => {
    const upload: tus.Upload = new tus.Upload(file, {
      endpoint: `${baseUrl}/v1/uploads`,
      headers,
      metadata: { filename: name },
      chunkSize: PIECE_BYTES,
      retryDelays: PAUSES_MS,
      urlStorage: known,
      fingerprint: () => Promise.resolve(fingerprint),
      fileReader: { openFile: () => Promise.resolve(sourceOf(file)) },
      // tus only knows `online` of browsers; what the server says of the request does not change.
      onShouldRetry: ({ originalResponse }) => mayPass(originalResponse?.getStatus() ?? 0),
      onSuccess: () => resolve(upload.url!),
      onError: (error) => reject(refusalIn(error)),
    });
    upload
      .findPreviousUploads()
      // A file of places that was cut off while it was written is like none.
      .catch(() => [])
      .then((previous) => {
        const [before] = previous.sort((a, b) => Date.parse(b.creationTime) - Date.parse(a.creationTime));
        if (before) upload.resumeFromPreviousUpload(before);
        upload.start();
      })
      .catch(reject);
  });
  const forget = async () => {
    const all = await known.findUploadsByFingerprint(fingerprint);
    for (const { urlStorageKey } of all) await known.removeUpload(urlStorageKey);
  };
  return { uploadId: url.split('/').at(-1)!, forget };
}

/** Of a server, a name, a size, and both ends of the file. */
async function fingerprintOf(file: Blob, place: string): Promise<string> {
  const ends = new Blob([`${place}\n${file.size}\n`, file.slice(0, SAMPLE_BYTES), file.slice(-SAMPLE_BYTES)]);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await ends.arrayBuffer()));
  return `propago-${Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** The library reads blobs in browsers only. */
const sourceOf = (file: Blob) => ({
  size: file.size,
  slice: async (start: number, end: number) => {
    const bytes = new Uint8Array(await file.slice(start, end).arrayBuffer());
    // It asks for the size of a piece as it does of a blob.
    return { value: Object.assign(bytes, { size: bytes.length }), done: end >= file.size };
  },
  close: () => {},
});

/** No answer, too many requests, a server that is away, or another sender that has not let go yet. */
function mayPass(status: number): boolean {
  return status === 0 || status === 409 || status === 429 || status >= 500;
}

function refusalIn(error: Error): Error {
  const { originalResponse: answer } = error as tus.DetailedError;
  if (!answer) return error;
  const [status, body] = [answer.getStatus(), answer.getBody()];
  try {
    return PropagoError.ofAnswer(status, JSON.parse(body));
  } catch {
    return PropagoError.ofAnswer(status, body);
  }
}

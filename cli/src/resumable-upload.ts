import { createReadStream, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as tus from 'tus-js-client';
import { Failure } from './failure';

/** Files above this are sent so that they resume; smaller ones are sent again sooner than that pays. */
export const RESUMABLE_BYTES = 64 * 2 ** 20;
/** Of one request: proxies limit bodies, and what is acknowledged is not sent again. */
const CHUNK_BYTES = 64 * 2 ** 20;
/** After each failure without progress; a server that restarts is back by then. */
const PAUSES_MS = [0, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000];

/** Left out of the library's types. */
const { FileUrlStorage } = tus as unknown as { FileUrlStorage: new (path: string) => tus.UrlStorage };

/** A file whose bytes have all arrived. */
export interface SentFile {
  uploadId: string;
  /** Something has been made of it: it is not looked for again. */
  forget(): Promise<void>;
}

export interface ResumableOptions {
  /** Address of the server, without a slash at its end. */
  base: string;
  headers: Record<string, string>;
  fileName: string;
  signal: AbortSignal;
  onProgress?: (sentBytes: number) => void;
  /** What a refusal says. */
  refusal: (status: number, body: string) => string;
}

/**
 * Sends a file to `/v1/uploads`. It goes on where an earlier attempt with the same file ended, also one of a command that
 * was killed: where uploads are is kept in the user's cache folder.
 *
 * @throws Failure with the server's code when it refuses; the reason of the signal
 */
export async function sendResumably(file: string, options: ResumableOptions): Promise<SentFile> {
  const { base, headers, fileName, signal, onProgress, refusal } = options;
  const known = new FileUrlStorage(stateFile());
  const { upload, ended } = started(createReadStream(file), {
    endpoint: `${base}/v1/uploads`,
    headers,
    metadata: { filename: fileName },
    chunkSize: CHUNK_BYTES,
    retryDelays: PAUSES_MS,
    urlStorage: known,
    onProgress,
    // tus only knows `online` of browsers; what the server says of the request does not change.
    onShouldRetry: ({ originalResponse }) => mayPass(originalResponse?.getStatus() ?? 0),
  });
  const stop = () => void upload.abort();
  signal.addEventListener('abort', stop, { once: true });
  try {
    // A file of places that was cut off while it was written is like none.
    const [before] = (await upload.findPreviousUploads().catch(() => [])).sort(newestFirst);
    if (before) upload.resumeFromPreviousUpload(before);
    signal.throwIfAborted();
    upload.start();
    await Promise.race([ended, aborted(signal)]);
  } catch (error) {
    signal.throwIfAborted();
    const answer = (error as tus.DetailedError).originalResponse;
    throw new Failure(answer ? refusal(answer.getStatus(), answer.getBody()) : `not sent: ${(error as Error).message}`);
  } finally {
    signal.removeEventListener('abort', stop);
  }
  const { url } = upload;
  const forget = async () => {
    const all = await known.findAllUploads();
    for (const { uploadUrl, urlStorageKey } of all) if (uploadUrl === url) await known.removeUpload(urlStorageKey);
  };
  return { uploadId: url!.split('/').at(-1)!, forget };
}

/** Whether a file is sent so that it resumes. */
export function isLarge(file: string): boolean {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats !== undefined && stats.isFile() && stats.size > RESUMABLE_BYTES;
}

function started(file: ReturnType<typeof createReadStream>, options: tus.UploadOptions) {
  let settle: { resolve: () => void; reject: (error: Error) => void };
  const ended = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  ended.catch(() => {});
  const upload = new tus.Upload(file as unknown as tus.Upload['file'], {
    ...options,
    onSuccess: () => settle.resolve(),
    onError: (error) => settle.reject(error),
  });
  return { upload, ended };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

/** No answer, too many requests, a server that is away, or another sender that has not let go yet. */
function mayPass(status: number): boolean {
  return status === 0 || status === 409 || status === 429 || status >= 500;
}

function newestFirst(a: tus.PreviousUpload, b: tus.PreviousUpload): number {
  return Date.parse(b.creationTime) - Date.parse(a.creationTime);
}

/** Where it is kept which files are under way. */
function stateFile(): string {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'propago');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, 'uploads.json');
}

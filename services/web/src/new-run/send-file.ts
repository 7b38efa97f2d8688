import type { DetailedError } from 'tus-js-client';
import { api, ask } from '../api/client';
import { csrf } from '../api/csrf';
import { Problem, problemOf } from '../api/problem';
import { forgetUpload, giveUpUpload, idOf, lastingPlaces } from './begun-uploads';
import { Pace } from './pace';

/** Of one request: a proxy that reads a request to its end before it passes it on loses no more than that. */
const PIECE_BYTES = 16 * 2 ** 20;
/** Between attempts to reach the server; the last one again and again. */
const PAUSES_MS = [500, 1000, 2000, 5000, 10_000];
/** When nothing has moved for so long, the connection is given up: a path that is silently gone is no error for minutes. */
const STALLED_MS = 30_000;

export interface SendProgress {
  sent: number;
  total: number;
  /** Bytes a second; undefined while nobody knows. */
  rate: number | undefined;
  /** The server does not answer, and is tried again. */
  isWaiting: boolean;
}

/**
 * Sends a file in pieces, from where an earlier attempt ended, also one of a tab that was closed. Goes on for as long as
 * the server is away.
 *
 * @returns id of the upload, which has all its bytes
 * @throws Problem; AbortError when the signal says so: what has arrived stays
 */
export function sendFile(
  file: File,
  { onProgress, signal }: { onProgress: (progress: SendProgress) => void; signal: AbortSignal },
): Promise<string> {
  const pace = new Pace();
  let sent = 0;
  const say = (isWaiting: boolean) => onProgress({ sent, total: file.size, rate: pace.rate, isWaiting });
  const onSent = (bytes: number) => {
    pace.add(bytes, performance.now());
    sent = bytes;
    say(false);
  };
  const onWaiting = () => {
    pace.restart();
    say(true);
  };
  // 409: another sender, most often the lost connection of this one, has not let go yet. 404: it begins anew.
  const passes = ({ status }: Problem) => status === 409 || status === 404;
  return patiently(() => attempt(file, onSent, signal), { onWaiting, signal, passes });
}

/** Makes a video of an upload that has all its bytes. @returns its id, also where an answer was lost @throws Problem */
export async function videoOf(uploadId: string, onWaiting: () => void, signal: AbortSignal): Promise<string> {
  const params = { header: { 'Idempotency-Key': `upload ${uploadId}` } };
  const make = () => ask(api.POST('/v1/videos', { params, body: { uploadId } }));
  const passes = ({ code }: Problem) => code === 'IDEMPOTENCY_KEY_IN_PROGRESS';
  try {
    const { id } = await patiently(make, { onWaiting, signal, passes });
    await forgetUpload(uploadId);
    return id;
  } catch (error) {
    // What is no video today is none tomorrow.
    if ([415, 422].includes(Problem.unreachable(error).status)) await giveUpUpload(uploadId).catch(() => undefined);
    throw error;
  }
}

interface Patience {
  onWaiting: () => void;
  signal: AbortSignal;
  /** What is no failure besides a server that is away. */
  passes: (problem: Problem) => boolean;
}

/** Tries until it succeeds or somebody has to do something. @throws Problem; the reason of the signal */
async function patiently<T>(work: () => Promise<T>, { onWaiting, signal, passes }: Patience): Promise<T> {
  for (let tries = 0; ; tries++) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      const problem = Problem.unreachable(error);
      if (problem.isSignedOut) csrf.onEnd();
      if (!passes(problem) && !isAway(problem)) throw problem;
    }
    onWaiting();
    await pauseOrOnline(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]!, signal);
  }
}

/** A quota and a full disk are said: waiting changes neither. */
function isAway({ mayPass, status, code }: Problem): boolean {
  return mayPass && status !== 507 && !code.startsWith('QUOTA_');
}

/** @throws Problem; what the server does not know is forgotten */
async function attempt(file: File, onSent: (bytes: number) => void, signal: AbortSignal): Promise<string> {
  const [{ Upload }, urlStorage] = [await import('tus-js-client'), await lastingPlaces()];
  let stalled: ReturnType<typeof setTimeout> | undefined;
  return new Promise<string>((resolve, reject) => {
    const stop = (reason: unknown) => void upload.abort().then(() => reject(reason as Error));
    const moves = () => {
      clearTimeout(stalled);
      stalled = setTimeout(() => stop(Problem.unreachable(undefined)), STALLED_MS);
    };
    const upload = new Upload(file, {
      endpoint: `${location.origin}/v1/uploads`,
      metadata: { filename: file.name },
      fingerprint: () => Promise.resolve([file.name, file.size, file.lastModified].join('/')),
      chunkSize: PIECE_BYTES,
      urlStorage,
      // They are counted by the library; somebody whose laptop sleeps wants it to go on in the morning.
      retryDelays: null,
      onBeforeRequest: (request) => {
        moves();
        if (csrf.token !== null) request.setHeader('x-csrf-token', csrf.token);
      },
      onProgress: (bytes) => {
        moves();
        onSent(bytes);
      },
      onSuccess: () => resolve(idOf({ uploadUrl: upload.url })),
      onError: (error) => {
        const problem = refusalOf(error);
        if (problem.status !== 404) return reject(problem);
        void forgetUpload(idOf({ uploadUrl: upload.url })).then(() => reject(problem));
      },
    });
    signal.addEventListener('abort', () => stop(signal.reason), { once: true });
    void upload.findPreviousUploads().then(([before]) => {
      if (before) {
        upload.resumeFromPreviousUpload(before);
        // An answer that is no is one of this upload, and begins no other by itself.
        upload.options.endpoint = null;
      }
      if (signal.aborted) stop(signal.reason);
      else upload.start();
    }, reject);
  }).finally(() => clearTimeout(stalled));
}

function refusalOf(error: unknown): Problem {
  const answer = (error as Partial<DetailedError>).originalResponse;
  if (!answer) return Problem.unreachable(error);
  let body: unknown;
  try {
    body = JSON.parse(answer.getBody());
  } catch {
    // HEAD has none.
  }
  return problemOf(body, answer.getStatus());
}

/** Waits, or until the browser says that there is a network again. */
function pauseOrOnline(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const end = (then: () => void) => {
      clearTimeout(timer);
      over.abort();
      then();
    };
    const timer = setTimeout(() => end(resolve), ms);
    addEventListener('online', () => end(resolve), { signal: over.signal });
    signal.addEventListener('abort', () => end(() => reject(signal.reason as Error)), { signal: over.signal });
  });
}

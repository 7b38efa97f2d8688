import { csrf } from './csrf';
import { Problem, problemOf } from './problem';

export interface UploadProgress {
  sent: number;
  total: number;
  /** Bytes a second, over the whole upload. */
  rate: number;
}

/** Sends a form and says how far it is, which fetch cannot. @throws Problem; AbortError when the signal says so */
export function upload<T>(
  address: string,
  form: FormData,
  { onProgress, signal }: { onProgress?: (progress: UploadProgress) => void; signal?: AbortSignal } = {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const started = performance.now();
    request.open('POST', address);
    request.responseType = 'json';
    if (csrf.token !== null) request.setRequestHeader('x-csrf-token', csrf.token);
    request.upload.onprogress = ({ loaded, total }) => {
      const seconds = Math.max(0.001, (performance.now() - started) / 1000);
      onProgress?.({ sent: loaded, total, rate: loaded / seconds });
    };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(request.response as T);
      else reject(problemOf(request.response, request.status));
    };
    request.onerror = () => reject(Problem.unreachable(undefined));
    request.onabort = () => reject(new DOMException('The upload was stopped.', 'AbortError'));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(form);
  });
}

import type { PreviousUpload, UrlStorage } from 'tus-js-client';
import { api, ask } from '../api/client';
import { Problem } from '../api/problem';

/** A file that this browser has begun to send, and of which the server has a part. */
export interface BegunUpload {
  id: string;
  name: string;
  size: number;
  /** Bytes. */
  arrived: number;
}

export const idOf = ({ uploadUrl }: Pick<PreviousUpload, 'uploadUrl'>): string => uploadUrl?.split('/').at(-1) ?? '';

/** Where the library keeps which files are where. */
async function places(): Promise<UrlStorage> {
  return (await import('tus-js-client')).defaultOptions.urlStorage;
}

/** For the library an answer that is no is a file that is gone; here only what the server does not know is forgotten. */
export async function lastingPlaces(): Promise<UrlStorage> {
  const urls = await places();
  return {
    findAllUploads: () => urls.findAllUploads(),
    findUploadsByFingerprint: (fingerprint) => urls.findUploadsByFingerprint(fingerprint),
    addUpload: (fingerprint, upload) => urls.addUpload(fingerprint, upload),
    removeUpload: () => Promise.resolve(),
  };
}

export async function forgetUpload(id: string): Promise<void> {
  const urls = await places();
  for (const one of await urls.findAllUploads()) if (idOf(one) === id) await urls.removeUpload(one.urlStorageKey);
}

/** Those that can go on, newest first. @throws Problem where the server does not answer */
export async function begunUploads(): Promise<BegunUpload[]> {
  const known = await (await places()).findAllUploads();
  const newest = known.sort((a, b) => Date.parse(b.creationTime) - Date.parse(a.creationTime));
  const found = await Promise.all(
    [...new Map(newest.map((one) => [idOf(one), one])).values()].map(async (one) => {
      const id = idOf(one);
      const { response } = await api.HEAD('/v1/uploads/{id}', { params: ofUpload(id) }).catch((error: unknown) => {
        throw Problem.unreachable(error);
      });
      if (response.status === 404) await forgetUpload(id);
      if (!response.ok || one.size === null) return [];
      const arrived = Number(response.headers.get('upload-offset'));
      return [{ id, name: one.metadata.filename ?? '', size: one.size, arrived }];
    }),
  );
  return found.flat();
}

/** Has the server remove what has arrived. @throws Problem */
export async function giveUpUpload(id: string): Promise<void> {
  await ask(api.DELETE('/v1/uploads/{id}', { params: ofUpload(id) })).catch((error: unknown) => {
    if (Problem.unreachable(error).status !== 404) throw error;
  });
  await forgetUpload(id);
}

const ofUpload = (id: string) => ({ path: { id }, header: { 'Tus-Resumable': '1.0.0' as const } });

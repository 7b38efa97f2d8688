import { CodedError } from '@propago/contracts';

/** Longest file name that common file systems take. */
const MAX_SEGMENT = 255;
/** Longest key of S3, less room for the store's own prefix. */
const MAX_KEY = 900;
const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/** @throws RangeError when `key` is not one; see BlobStore */
export function requireKey(key: string): string {
  const fine =
    key.length <= MAX_KEY && key.split('/').every((part) => part.length <= MAX_SEGMENT && SEGMENT.test(part));
  if (!fine) throw new RangeError(`Expected a blob key but received ${JSON.stringify(key.slice(0, 100))}`);
  return key;
}

/** The folder that a prefix names, with its final `/`; `''` for everything. @throws RangeError as requireKey */
export function folderOf(prefix: string): string {
  return prefix === '' ? '' : `${requireKey(prefix.replace(/\/$/, ''))}/`;
}

/** As folderOf, but not everything: emptying a store is never meant. */
export function deletableFolder(prefix: string): string {
  if (prefix === '') throw new RangeError('Expected the prefix of the blobs to delete but received none');
  return folderOf(prefix);
}

export const missing = (key: string, cause?: unknown): CodedError =>
  new CodedError('BLOB_MISSING', `There is no blob ${key}.`, { cause });

export const outOfRange = (key: string, start: number): CodedError =>
  new CodedError('RANGE_NOT_SATISFIABLE', `The blob ${key} ends before byte ${start}.`);

export const notReadable = (place: string, cause: unknown): CodedError => unavailable(`${place} cannot be read`, cause);

export const notWritable = (place: string, cause: unknown): CodedError =>
  unavailable(`${place} cannot be written`, cause);

function unavailable(what: string, cause: unknown): CodedError {
  const why = cause instanceof Error ? cause.message || cause.name : String(cause);
  return new CodedError('SERVICE_UNAVAILABLE', `The storage ${what}: ${why}.`, { cause });
}

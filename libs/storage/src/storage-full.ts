import { CodedError } from '@propago/contracts';

/** As the system says it: no block or no inode is left, or the quota of the user. */
const OF_FILES = ['ENOSPC', 'EDQUOT'];
/** As S3 servers name it (MinIO, Ceph, versitygw and others); AWS itself is never full. Some say only the status 507. */
const OF_S3 = [
  'InsufficientStorage',
  'QuotaExceeded',
  'XMinioStorageFull',
  'XMinioAdminBucketQuotaExceeded',
  'StorageFull',
];
const INSUFFICIENT_STORAGE = 507;
/** As programs write it to their error output, of which an error keeps the text only. */
const OF_PROGRAMS = /No space left on device|Disk quota exceeded/;

interface Failure {
  code?: unknown;
  name?: unknown;
  message?: unknown;
  $metadata?: { httpStatusCode?: number };
}

/** Whether lack of room made the work fail: the one place that knows all its names. */
export function isStorageFull(error: unknown): boolean {
  if (error instanceof CodedError && error.code !== 'INTERNAL') return error.code === 'STORAGE_FULL';
  const { code, name, message, $metadata } = Object(error) as Failure;
  return (
    OF_FILES.includes(String(code)) ||
    OF_S3.includes(String(name)) ||
    $metadata?.httpStatusCode === INSUFFICIENT_STORAGE ||
    OF_PROGRAMS.test(String(message))
  );
}

/**
 * The failure of work on files or objects: CodedError STORAGE_FULL where lack of room made it fail, else itself.
 * @param place that is full, as a sentence names it
 */
export function asStorageFull(error: unknown, place: string): unknown {
  const isNamed = error instanceof CodedError && error.code === 'STORAGE_FULL';
  if (isNamed || !isStorageFull(error)) return error;
  return new CodedError('STORAGE_FULL', `There is no room left in ${place}.`, { cause: error });
}

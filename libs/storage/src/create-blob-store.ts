import { fileURLToPath } from 'node:url';
import { BlobStore } from './blob-store';
import { LocalBlobStore } from './local-blob-store';
import type * as s3 from './open-s3-blob-store';

/**
 * The store that a URL names:
 * `file:///absolute/folder`, or
 * `s3://bucket/prefix?endpoint=http://127.0.0.1:9000&region=us-east-1&forcePathStyle=true`, all but the bucket optional;
 * `checksums=off` for servers that do not know the checksum headers of S3.
 * @param credentials for S3; by default those of the environment, in the order of the AWS SDK
 * @param keptBytes most bytes of local copies that a store across a network keeps, see `LocalFileOptions.content`
 * @throws RangeError when the URL names no store, or has a parameter that is not known
 */
export function createBlobStore(url: string, credentials?: s3.S3Credentials, keptBytes = 0): BlobStore {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed?.protocol === 'file:') return new LocalBlobStore(fileURLToPath(parsed));
  // The URL may hold secrets that do not belong there: it is not repeated in messages.
  if (parsed?.protocol !== 's3:' || parsed.hostname === '') {
    throw new RangeError('Expected a storage URL file:///absolute/folder or s3://bucket/prefix');
  }
  // Loaded only when it is used: the AWS SDK costs each process start-up time and memory.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { openS3BlobStore } = require('./open-s3-blob-store') as typeof s3;
  return openS3BlobStore(parsed, credentials, keptBytes);
}

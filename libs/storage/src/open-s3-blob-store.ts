import { S3Client } from '@aws-sdk/client-s3';
import { BlobStore } from './blob-store';
import { folderOf } from './keys';
import { S3BlobStore } from './s3-blob-store';

export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/**
 * @param url s3://bucket/prefix with the parameters of createBlobStore
 * @throws RangeError for a parameter that is not known, or a prefix that is none
 */
export function openS3BlobStore(url: URL, credentials?: S3Credentials): BlobStore {
  const { searchParams, hostname, pathname } = url;
  for (const name of searchParams.keys()) {
    if (!['endpoint', 'region', 'forcePathStyle'].includes(name)) {
      throw new RangeError(`Expected endpoint, region or forcePathStyle in the storage URL but received ${name}`);
    }
  }
  const endpoint = searchParams.get('endpoint') ?? undefined;
  const prefix = folderOf(pathname.slice(1));
  const client = new S3Client({
    endpoint,
    // A server of one's own rarely has regions, but requests are signed with one.
    region: searchParams.get('region') ?? (endpoint && 'us-east-1'),
    forcePathStyle: searchParams.get('forcePathStyle') === 'true',
    credentials,
    // Servers that imitate S3 do not all know the newer checksum headers.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return new S3BlobStore(client, { bucket: hostname, prefix });
}

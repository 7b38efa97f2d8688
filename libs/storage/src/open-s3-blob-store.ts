import { S3Client, type S3ServiceException as ServiceException } from '@aws-sdk/client-s3';
import { CodedError } from '@propago/contracts';
import { BlobStore } from './blob-store';
import { folderOf } from './keys';
import { S3BlobStore } from './s3-blob-store';
import { asStorageFull, isStorageFull } from './storage-full';

export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

const PARAMETERS = ['endpoint', 'region', 'forcePathStyle', 'checksums'];
const CONNECT_MS = 5000;
const SILENCE_MS = 60_000;

/** Whether the server did not answer, or said that it cannot now; the SDK has tried again by then. */
function isAway(error: unknown): boolean {
  const { name, $metadata } = error as Partial<ServiceException>;
  const status = $metadata?.httpStatusCode;
  return (
    name !== 'AbortError' && !(error instanceof TypeError) && (status === undefined || status >= 500 || status === 429)
  );
}

function away(cause: Error): CodedError {
  return new CodedError('SERVICE_UNAVAILABLE', `The storage does not answer: ${cause.message || cause.name}.`, {
    cause,
  });
}

/**
 * @param url s3://bucket/prefix with the parameters of createBlobStore
 * @param keptBytes as createBlobStore
 * @throws RangeError for a parameter that is not known, or a prefix that is none
 */
export function openS3BlobStore(url: URL, credentials?: S3Credentials, keptBytes = 0): BlobStore {
  const { searchParams, hostname, pathname } = url;
  for (const name of searchParams.keys()) {
    if (!PARAMETERS.includes(name)) {
      throw new RangeError(`Expected ${PARAMETERS.join(', ')} in the storage URL but received ${name}`);
    }
  }
  const endpoint = searchParams.get('endpoint') ?? undefined;
  const checksums = searchParams.get('checksums') === 'off' ? 'WHEN_REQUIRED' : 'WHEN_SUPPORTED';
  const prefix = folderOf(pathname.slice(1));
  const client = new S3Client({
    endpoint,
    // A server of one's own rarely has regions, but requests are signed with one.
    region: searchParams.get('region') ?? (endpoint && 'us-east-1'),
    forcePathStyle: searchParams.get('forcePathStyle') === 'true',
    credentials,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    // A server that hangs must not hold a job for ever.
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
  });
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (isStorageFull(error)) throw asStorageFull(error, 'the storage');
        throw isAway(error) ? away(error as Error) : error;
      }
    },
    { step: 'initialize', name: 'failuresByTheirCodes' },
  );
  return new S3BlobStore(client, { bucket: hostname, prefix }, { keptBytes });
}

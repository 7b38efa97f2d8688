import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CreateMultipartUploadCommand, S3Client } from '@aws-sdk/client-s3';
import { BlobStore } from './blob-store';
import { describeBlobStore } from './blob-store.conformance';
import { createBlobStore } from './create-blob-store';
import { S3BlobStore } from './s3-blob-store';
import { findS3Server, S3TestServer, startS3Server } from './s3-server.fixture';

const binary = findS3Server();
const note = binary ? '' : ' (skipped: no versitygw or minio on PATH or in PROPAGO_TEST_S3_SERVER)';

(binary ? describe : describe.skip)(`S3BlobStore${note}`, () => {
  let server: S3TestServer;
  let store: BlobStore;
  let prefix: string;
  const open = (bucket: string, keptBytes?: number): BlobStore => {
    const url = `s3://${bucket}/${prefix}?endpoint=${server.endpoint}&forcePathStyle=true`;
    return createBlobStore(url, server.credentials, keptBytes);
  };

  const openClient = () => {
    const { endpoint, credentials } = server;
    return new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true });
  };

  beforeAll(async () => {
    server = await startS3Server(binary!);
  }, 30_000);
  afterAll(() => server?.stop());
  beforeEach(() => {
    prefix = `test/${randomUUID()}`;
    store = open('bucket');
  });
  afterEach(() => store.close());

  describeBlobStore(() => store);

  it('does not see blobs of another prefix', async () => {
    await store.put('a', Buffer.alloc(1));
    prefix = `test/${randomUUID()}`;
    const other = open('bucket');
    expect(await other.stat('a')).toBeNull();
    await other.close();
  });

  it('aborts uploads of writers that died, by their age', async () => {
    const client = openClient();
    await client.send(new CreateMultipartUploadCommand({ Bucket: 'bucket', Key: `${prefix}/half` }));
    client.destroy();
    expect(await store.sweep(3_600_000)).toBe(0);
    expect(await store.sweep(-60_000)).toBe(1);
    expect(await store.sweep(-60_000)).toBe(0);
  });

  it('moves what is too long for one request in parts, with every byte', async () => {
    const client = openClient();
    // A part has at least 5 MiB, but for the last.
    const parts = new S3BlobStore(client, { bucket: 'bucket', prefix: `${prefix}/` }, { copyBytes: 5 * 1024 ** 2 });
    const data = randomBytes(12 * 1024 ** 2);
    await parts.put('from', data);
    await parts.move('from', 'to');
    expect((await parts.get('to')).equals(data)).toBe(true);
    expect(await parts.stat('from')).toBeNull();
    expect(await parts.sweep(-60_000)).toBe(0);
    await parts.close();
  });

  it('fetches a content once, under whichever key, and not at all when its blob is gone', async () => {
    const keeping = open('bucket', 2 ** 20);
    const read: number[] = [];
    const options = { content: 'of one film', onRead: (bytes: number) => read.push(bytes) };
    const text = (key: string) => keeping.withLocalFile(key, (path) => readFile(path, 'utf8'), options);
    await keeping.put('uploaded', Buffer.from('film'));
    expect(await text('uploaded')).toBe('film');
    await keeping.move('uploaded', 'kept');
    expect(await text('kept')).toBe('film');
    expect(read).toEqual([4]);
    await keeping.delete('kept');
    await expect(text('kept')).rejects.toMatchObject({ code: 'BLOB_MISSING' });
    await keeping.close();
  });

  it('answers SERVICE_UNAVAILABLE when the bucket does not exist', async () => {
    const lost = open('no-such-bucket');
    const unavailable = { code: 'SERVICE_UNAVAILABLE' };
    await expect(lost.check()).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining('no such bucket'),
    });
    await expect(lost.checkWriting()).rejects.toMatchObject(unavailable);
    await lost.close();
  });
});

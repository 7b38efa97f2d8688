import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { CodedError } from '@propago/contracts';
import { createBlobStore } from './create-blob-store';
import { LocalBlobStore } from './local-blob-store';
import { S3BlobStore } from './s3-blob-store';

describe('createBlobStore', () => {
  it('makes the store that the URL names', async () => {
    expect(createBlobStore('file:///var/lib/propago')).toBeInstanceOf(LocalBlobStore);
    const s3 = createBlobStore('s3://bucket/a/b?endpoint=http://127.0.0.1:9000&region=eu-west-1&forcePathStyle=true');
    expect(s3).toBeInstanceOf(S3BlobStore);
    await s3.close();
  });

  it.each([
    ['does not listen', undefined, 'SERVICE_UNAVAILABLE'],
    ['cannot answer now', 503, 'SERVICE_UNAVAILABLE'],
    ['says no', 403, undefined],
    ['has no such blob', 404, 'BLOB_MISSING'],
  ])('gives an S3 store that says so when its server %s', async (_, status, code) => {
    const server = createServer((_, response) => response.writeHead(status ?? 500).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    if (status === undefined) await new Promise((resolve) => server.close(resolve));
    const keys = { accessKeyId: 'a', secretAccessKey: 's' };
    const s3 = createBlobStore(`s3://bucket?endpoint=http://127.0.0.1:${port}&forcePathStyle=true`, keys);
    const error = await s3.get('a').catch((error: unknown) => error);
    expect(error instanceof CodedError ? error.code : undefined).toBe(code);
    await s3.close();
    server.close();
  });

  it.each([
    ['MinIO whose disks are full', 507, 'XMinioStorageFull'],
    ['MinIO whose bucket has its quota', 400, 'XMinioAdminBucketQuotaExceeded'],
    ['Ceph or versitygw', 403, 'QuotaExceeded'],
    ['a server that only has the status', 507, 'SomethingElse'],
  ])('gives an S3 store that is full as its server says so: %s', async (_, status, code) => {
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(status, { 'content-type': 'application/xml' });
        response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>full</Message></Error>`);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const keys = { accessKeyId: 'a', secretAccessKey: 's' };
    const s3 = createBlobStore(`s3://bucket?endpoint=http://127.0.0.1:${port}&forcePathStyle=true`, keys);
    const full = { code: 'STORAGE_FULL' };
    await expect(s3.put('a', Buffer.from('a'))).rejects.toMatchObject(full);
    await expect(s3.putStream('a', Readable.from([Buffer.alloc(20 << 20)]))).rejects.toMatchObject(full);
    await expect(s3.checkWriting()).rejects.toMatchObject(full);
    await s3.close();
    server.close();
  });

  it('gives an S3 store whose check only looks', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const keys = { accessKeyId: 'a', secretAccessKey: 's' };
    const s3 = createBlobStore(`s3://bucket/x?endpoint=http://127.0.0.1:${port}&forcePathStyle=true`, keys);
    await s3.check();
    expect(asked).toEqual([expect.stringMatching(/^HEAD \/bucket/)]);
    await s3.close();
    server.close();
  });

  it.each([
    ['', 'Expected a storage URL'],
    ['/var/lib/propago', 'Expected a storage URL'],
    ['http://127.0.0.1:9000/bucket', 'Expected a storage URL'],
    ['s3:///prefix', 'Expected a storage URL'],
    ['s3://bucket/../up?x=1', 'received x'],
    ['s3://bucket/a%20b', 'Expected a blob key'],
    ['s3://bucket?secretKey=abc', 'received secretKey'],
  ])('refuses the URL %j', (url, message) => {
    expect(() => createBlobStore(url)).toThrow(message);
  });
});

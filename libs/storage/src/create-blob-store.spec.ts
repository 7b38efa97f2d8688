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

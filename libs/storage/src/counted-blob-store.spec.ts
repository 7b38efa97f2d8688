import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { describeBlobStore } from './blob-store.conformance';
import { CountedBlobStore } from './counted-blob-store';
import { createBlobStore } from './create-blob-store';

describe('CountedBlobStore', () => {
  let root: string;
  let counts: { written: number; read: number };
  let store: CountedBlobStore;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'propago-counted-'));
    counts = { written: 0, read: 0 };
    store = new CountedBlobStore(createBlobStore(pathToFileURL(join(root, 'blobs')).href), (direction, bytes) => {
      counts[direction] += bytes;
    });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  describeBlobStore(() => store);

  it('counts what is written and read, by bytes', async () => {
    await store.put('a', Buffer.alloc(10));
    await store.putStream('b', Readable.from([Buffer.alloc(3), Buffer.alloc(4)]));
    expect(counts).toEqual({ written: 17, read: 0 });
    await store.get('a');
    await buffer(await store.getStream('b', { start: 2 }));
    await store.withLocalFile('a', async () => {});
    expect(counts).toEqual({ written: 17, read: 25 });
  });

  it('counts nothing for what fails', async () => {
    await expect(store.get('none')).rejects.toMatchObject({ code: 'BLOB_MISSING' });
    expect(counts).toEqual({ written: 0, read: 0 });
  });
});

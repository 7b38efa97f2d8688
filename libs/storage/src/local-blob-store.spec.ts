import { pbkdf2 } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { CodedError } from '@propago/contracts';
import { BlobStore } from './blob-store';
import { describeBlobStore } from './blob-store.conformance';
import { createBlobStore } from './create-blob-store';

/** Keeps the threads that work on files busy. */
async function whileFilesAreSlow(act: () => Promise<void>): Promise<void> {
  let isOver = false;
  const hashing = Array.from({ length: 8 }, async () => {
    while (!isOver) await promisify(pbkdf2)('', '', 10_000, 16, 'sha256');
  });
  await act();
  isOver = true;
  await Promise.all(hashing);
}

describe('LocalBlobStore', () => {
  let root: string;
  let store: BlobStore;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'propago-storage-'));
    store = createBlobStore(pathToFileURL(join(root, 'blobs')).href);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  describeBlobStore(() => store);

  it('removes the parts of writers that died, by their age', async () => {
    await store.put('a', Buffer.alloc(1));
    const parts = join(root, 'blobs', '.parts');
    await writeFile(join(parts, 'old'), 'half');
    await writeFile(join(parts, 'young'), 'half');
    const yesterday = new Date(Date.now() - 86_400_000);
    await utimes(join(parts, 'old'), yesterday, yesterday);
    expect(await store.sweep(3_600_000)).toBe(1);
    expect(await readdir(parts)).toEqual(['young']);
  });

  it('has a part before it reads its source: one that is made later would outlive the failure of the source', async () => {
    const seen: string[][] = [];
    const source = new Readable({
      read() {
        seen.push(readdirSync(join(root, 'blobs', '.parts')));
        this.destroy(new Error('gone'));
      },
    });
    await whileFilesAreSlow(() => expect(store.putStream('a', source)).rejects.toThrow('gone'));
    expect(seen).toEqual([[expect.any(String)]]);
    expect(await readdir(join(root, 'blobs', '.parts'))).toEqual([]);
  });

  it('leaves no empty folders behind', async () => {
    await store.put('runs/1/labels/0', Buffer.alloc(1));
    await store.put('runs/2/0', Buffer.alloc(1));
    await store.put('uploads/1', Buffer.alloc(1));
    await store.delete('runs/1/labels/0');
    await store.deletePrefix('runs/2');
    await store.move('uploads/1', 'video');
    expect((await readdir(join(root, 'blobs'))).sort()).toEqual(['.parts', 'video']);
  });

  it('gives programs the file itself', async () => {
    await store.put('a/b', Buffer.from('x'));
    expect(await store.withLocalFile('a/b', async (path) => path)).toBe(join(root, 'blobs', 'a', 'b'));
  });

  it('answers SERVICE_UNAVAILABLE when its folder cannot be made', async () => {
    await writeFile(join(root, 'file'), '');
    const blocked = createBlobStore(pathToFileURL(join(root, 'file', 'blobs')).href);
    for (const checking of [() => blocked.check(), () => blocked.checkWriting()]) {
      await expect(checking()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' } satisfies Partial<CodedError>);
    }
    expect(await blocked.space()).toBeNull();
  });
});

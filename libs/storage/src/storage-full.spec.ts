import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { CodedError } from '@propago/contracts';
import { createBlobStore } from './create-blob-store';
import { withScratchFolder } from './scratch-folder';
import { asStorageFull, isStorageFull } from './storage-full';

describe('isStorageFull', () => {
  const failed = (facts: object) => Object.assign(new Error('it failed'), facts);

  it.each([
    ['a full disk', failed({ code: 'ENOSPC' })],
    ['a quota of files', failed({ code: 'EDQUOT' })],
    ['an S3 server of that status', failed({ $metadata: { httpStatusCode: 507 } })],
    ['an S3 server that names it', failed({ name: 'QuotaExceeded', $metadata: { httpStatusCode: 403 } })],
    ['a program', new CodedError('INTERNAL', 'Encoding failed: av_interleaved_write_frame(): No space left on device')],
    ['a failure that has its code', new CodedError('STORAGE_FULL', 'full')],
  ])('knows %s', (_, error) => {
    expect(isStorageFull(error)).toBe(true);
    expect(asStorageFull(error, 'the storage')).toMatchObject({ code: 'STORAGE_FULL' });
  });

  it.each([
    ['a missing file', failed({ code: 'ENOENT' })],
    ['a server that is away', failed({ $metadata: { httpStatusCode: 503 } })],
    ['a bad input that speaks of it', new CodedError('VIDEO_CORRUPT', 'No space left on device')],
    ['nothing', undefined],
  ])('takes %s for what it is', (_, error) => {
    expect(isStorageFull(error)).toBe(false);
    expect(asStorageFull(error, 'the storage')).toBe(error);
  });
});

const folder = mkdtempSync(join(tmpdir(), 'propago-full-'));
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
const note = isMounted ? '' : ' (skipped: this process may not mount a tmpfs)';

afterAll(() => {
  if (isMounted) spawnSync('umount', ['--lazy', folder]);
  rmSync(folder, { recursive: true, force: true });
});

(isMounted ? describe : describe.skip)(`on a full disk${note}`, () => {
  const full = { code: 'STORAGE_FULL' };

  it('a folder store says so, keeps what it has and leaves no part', async () => {
    const store = createBlobStore(pathToFileURL(join(folder, 'blobs')).href);
    await store.put('a', Buffer.from('old'));
    const { free, total } = (await store.space())!;
    expect(total).toBe(2 ** 20);
    expect(free).toBeLessThan(total);
    const large = Buffer.alloc(2 ** 20);
    await expect(store.put('a', large)).rejects.toMatchObject(full);
    await expect(store.putStream('b', Readable.from([large]))).rejects.toMatchObject(full);
    expect((await store.get('a')).toString()).toBe('old');
    expect(await readdir(join(folder, 'blobs', '.parts'))).toEqual([]);
    await store.put('filler', Buffer.alloc((await store.space())!.free));
    await expect(store.checkWriting()).rejects.toMatchObject(full);
    await store.check();
    await store.deletePrefix('filler');
    await store.delete('filler');
    await store.checkWriting();
  });

  it('a scratch folder says so, of its own work and of a program’s', async () => {
    const writing = withScratchFolder(
      'test',
      async (own) => writeFileSync(join(own, 'x'), Buffer.alloc(2 ** 21)),
      folder,
    );
    await expect(writing).rejects.toMatchObject(full);
    const program = withScratchFolder(
      'test',
      async (own) => {
        const { stderr } = spawnSync('dd', ['if=/dev/zero', `of=${join(own, 'x')}`, 'bs=1M', 'count=2']);
        throw new Error(stderr.toString());
      },
      folder,
    );
    await expect(program).rejects.toMatchObject(full);
    expect(await readdir(folder)).toEqual(['blobs']);
  });
});

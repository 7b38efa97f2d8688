import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { CodedError } from '@propago/contracts';
import { BlobStore } from './blob-store';

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'done';
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
}

async function keysOf(store: BlobStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

/** `count` chunks of 1 MiB, each filled with its number; then fails with `failure` if there is one. */
async function* chunks(count: number, failure?: Error): AsyncGenerator<Buffer> {
  for (let i = 0; i < count; i++) yield Buffer.alloc(1 << 20, i);
  if (failure) throw failure;
}

/**
 * What every blob store does; each backend runs it.
 * @param current gives the store of the running test; it is empty at first
 */
export function describeBlobStore(current: () => BlobStore): void {
  const put = (key: string, text = key): Promise<void> => current().put(key, Buffer.from(text));
  const text = async (key: string): Promise<string> => (await current().get(key)).toString();

  it('gives back what was put, bit by bit', async () => {
    const data = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) ^ (i >> 8)));
    await current().put('features/run-1/00000.seg', data);
    expect((await current().get('features/run-1/00000.seg')).equals(data)).toBe(true);
  });

  it('keeps an empty blob', async () => {
    await put('empty', '');
    expect(await current().get('empty')).toHaveLength(0);
    expect(await current().stat('empty')).toMatchObject({ bytes: 0 });
    expect(await buffer(await current().getStream('empty'))).toHaveLength(0);
  });

  it('replaces a blob', async () => {
    await put('a', 'the first, longer text');
    await put('a', 'second');
    expect(await text('a')).toBe('second');
  });

  it('answers BLOB_MISSING for what is not there', async () => {
    await put('there/below');
    for (const key of ['no', 'there', 'there/no', 'there/below/no']) {
      expect(await codeOf(current().get(key))).toBe('BLOB_MISSING');
      expect(await codeOf(current().getStream(key))).toBe('BLOB_MISSING');
      expect(await codeOf(current().withLocalFile(key, async () => 1))).toBe('BLOB_MISSING');
      expect(await codeOf(current().move(key, 'elsewhere'))).toBe('BLOB_MISSING');
      expect(await current().stat(key)).toBeNull();
    }
  });

  it('tells size and time of a blob', async () => {
    await put('a', 'twelve bytes');
    const stat = await current().stat('a');
    expect(stat?.bytes).toBe(12);
    expect(Math.abs(stat!.modified.getTime() - Date.now())).toBeLessThan(3_600_000);
  });

  it('stores a stream of several parts with its size and SHA-256', async () => {
    const expected = await buffer(Readable.from(chunks(20)));
    const stored = await current().putStream('videos/one', Readable.from(chunks(20)));
    expect(stored).toEqual({ bytes: 20 << 20, sha256: createHash('sha256').update(expected).digest('hex') });
    expect((await current().get('videos/one')).equals(expected)).toBe(true);
  });

  it('stores an empty stream', async () => {
    const { bytes } = await current().putStream('videos/none', Readable.from([]));
    expect(bytes).toBe(0);
    expect(await current().stat('videos/none')).toMatchObject({ bytes: 0 });
  });

  it('shows nothing of a stream before it is complete', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    let seen: unknown = 'not looked';
    const source = Readable.from(
      (async function* () {
        yield* chunks(9);
        await gate;
        yield Buffer.from('end');
      })(),
    );
    const storing = current().putStream('videos/slow', source);
    seen = [await current().stat('videos/slow'), await keysOf(current(), '')];
    release();
    await storing;
    expect(seen).toEqual([null, []]);
    expect(await keysOf(current(), '')).toEqual(['videos/slow']);
  });

  it('stops an endless stream at the limit and leaves nothing', async () => {
    const source = Readable.from(chunks(Infinity));
    expect(await codeOf(current().putStream('videos/big', source, { maxBytes: 20 << 20 }))).toBe('UPLOAD_TOO_LARGE');
    expect(source.destroyed).toBe(true);
    expect(await keysOf(current(), '')).toEqual([]);
    expect(await current().sweep(-60_000)).toBe(0);
  });

  it('accepts a stream of exactly the limit', async () => {
    const { bytes } = await current().putStream('videos/full', Readable.from(chunks(2)), { maxBytes: 2 << 20 });
    expect(bytes).toBe(2 << 20);
  });

  it('passes on the failure of a source, keeps the older blob and leaves nothing else', async () => {
    await put('videos/one', 'older');
    const broken = Readable.from(chunks(20, new Error('the client went away')));
    await expect(current().putStream('videos/one', broken)).rejects.toThrow('the client went away');
    expect(await text('videos/one')).toBe('older');
    expect(await current().sweep(-60_000)).toBe(0);
  });

  it('passes on the failure of a source that fails before it is read', async () => {
    const absent = createReadStream('/nonexistent/file');
    await expect(current().putStream('videos/one', absent)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await keysOf(current(), '')).toEqual([]);
    expect(await current().sweep(-60_000)).toBe(0);
  });

  it('reads a range of bytes, both ends included', async () => {
    await put('a', '0123456789');
    const part = async (range: { start: number; end?: number }): Promise<string> =>
      (await buffer(await current().getStream('a', range))).toString();
    expect(await part({ start: 0, end: 0 })).toBe('0');
    expect(await part({ start: 3, end: 5 })).toBe('345');
    expect(await part({ start: 7 })).toBe('789');
    expect(await part({ start: 8, end: 99 })).toBe('89');
    expect(await codeOf(current().getStream('a', { start: 10 }))).toBe('RANGE_NOT_SATISFIABLE');
  });

  it('moves a blob, replacing another', async () => {
    await put('uploads/1', 'new');
    await put('videos/1', 'old');
    await current().move('uploads/1', 'videos/1');
    expect(await text('videos/1')).toBe('new');
    expect(await keysOf(current(), '')).toEqual(['videos/1']);
  });

  it('keeps a blob that is moved onto itself', async () => {
    await put('a', 'text');
    await current().move('a', 'a');
    expect(await text('a')).toBe('text');
  });

  it('deletes a blob, and again without complaint', async () => {
    await put('x/a');
    await put('x/b');
    await current().delete('x/a');
    await current().delete('x/a');
    await current().delete('never/was');
    expect(await keysOf(current(), '')).toEqual(['x/b']);
  });

  it('deletes what lies below a folder and nothing with a similar name', async () => {
    for (const key of ['runs/1/a', 'runs/1/b/c', 'runs/10/a', 'runs/1.png', 'runs/1-x']) await put(key);
    expect(await current().deletePrefix('runs/1/')).toBe(2);
    expect(await keysOf(current(), '')).toEqual(['runs/1-x', 'runs/1.png', 'runs/10/a']);
    expect(await current().deletePrefix('runs/1')).toBe(0);
  });

  it('refuses to delete everything', async () => {
    await put('a');
    await expect(current().deletePrefix('')).rejects.toThrow(RangeError);
    expect(await keysOf(current(), '')).toEqual(['a']);
  });

  it('lists a folder in the order of the keys', async () => {
    const keys = ['l/a', 'l/a-b/c', 'l/a.b', 'l/b/1', 'l/b/2', 'l/b0', 'l/c'];
    for (const key of [...keys].reverse()) await put(key);
    await put('m/a');
    expect(await keysOf(current(), 'l')).toEqual(keys);
    expect(await keysOf(current(), 'l/')).toEqual(keys);
    expect(await keysOf(current(), 'none')).toEqual([]);
    for await (const entry of current().list('m')) {
      expect(entry).toMatchObject({ key: 'm/a', bytes: 3 });
      expect(entry.modified.getTime()).toBeGreaterThan(0);
    }
  });

  it('lists more blobs than one page of S3 holds, and deletes them', async () => {
    const keys = Array.from({ length: 1030 }, (_, i) => `many/${String(i).padStart(5, '0')}`);
    for (let i = 0; i < keys.length; i += 50) await Promise.all(keys.slice(i, i + 50).map((key) => put(key, '')));
    expect(await keysOf(current(), 'many')).toEqual(keys);
    expect(await current().deletePrefix('many')).toBe(keys.length);
    expect(await keysOf(current(), '')).toEqual([]);
  }, 60_000);

  it('can write into a folder while its last blob is deleted', async () => {
    const writes = Array.from({ length: 400 }, async (_, i) => {
      await put(`busy/${i}`);
      await current().delete(`busy/${i}`);
    });
    await Promise.all(writes);
    expect(await keysOf(current(), '')).toEqual([]);
  });

  it('gives programs a file with the content of a blob', async () => {
    await put('a', 'content');
    let path = '';
    const read = await current().withLocalFile('a', async (given) => readFile((path = given), 'utf8'));
    expect(read).toBe('content');
    expect(path).not.toBe('');
    expect(await text('a')).toBe('content');
  });

  it('keeps no file of its own when the program fails', async () => {
    await put('a', 'content');
    let path = '';
    const failing = current().withLocalFile('a', async (given) => {
      path = given;
      await current().delete('a');
      throw new Error('no codec');
    });
    await expect(failing).rejects.toThrow('no codec');
    expect(existsSync(path)).toBe(false);
  });

  it.each(['', '/a', 'a/', 'a//b', '../a', 'a/../b', '.', '.parts/a', 'a b', 'a\\b', 'a\0', 'ä', 'x'.repeat(901)])(
    'refuses the key %j everywhere',
    async (key) => {
      const store = current();
      await put('good');
      await expect(store.put(key, Buffer.alloc(1))).rejects.toThrow(RangeError);
      await expect(store.putStream(key, Readable.from([]))).rejects.toThrow(RangeError);
      await expect(store.get(key)).rejects.toThrow(RangeError);
      await expect(store.getStream(key)).rejects.toThrow(RangeError);
      await expect(store.stat(key)).rejects.toThrow(RangeError);
      await expect(store.delete(key)).rejects.toThrow(RangeError);
      await expect(store.move('good', key)).rejects.toThrow(RangeError);
      await expect(store.move(key, 'good')).rejects.toThrow(RangeError);
      await expect(store.withLocalFile(key, async () => 1)).rejects.toThrow(RangeError);
    },
  );

  it('says that it can be written and read, and leaves no trace of having tried', async () => {
    await current().checkWriting();
    await current().check();
    expect(await keysOf(current(), '')).toEqual([]);
  });
}

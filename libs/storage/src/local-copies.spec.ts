import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalCopies } from './local-copies';

let parent: string;
let copies: LocalCopies;
/** Contents in the order in which they were fetched. */
let fetched: string[];

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'propago-copies-test-'));
  copies = new LocalCopies(10, parent);
  fetched = [];
});
afterEach(async () => {
  await copies.close();
  expect(await readdir(parent)).toEqual([]);
  await rm(parent, { recursive: true });
});

/** Of text of so many bytes that is its content's first letter, over and over. */
const blob = (content: string, bytes = 4) => ({
  bytes,
  fetch: async (path: string) => {
    fetched.push(content);
    await writeFile(path, content.repeat(bytes));
  },
});
const readAs = (content: string, bytes?: number) =>
  copies.use(content, blob(content, bytes), (path) => readFile(path, 'utf8'));
const filesThere = async (): Promise<number> => {
  const counts = await Promise.all(
    (await readdir(parent)).map(async (name) => (await readdir(join(parent, name))).length),
  );
  return counts.reduce((sum, count) => sum + count, 0);
};

it('fetches what is asked for again once, also when all ask at the same time', async () => {
  expect(await Promise.all([readAs('a'), readAs('a'), readAs('a')])).toEqual(['aaaa', 'aaaa', 'aaaa']);
  expect(await readAs('a')).toBe('aaaa');
  expect(fetched).toEqual(['a']);
});

it('removes those that nobody has asked for longest, when there would be too many bytes', async () => {
  for (const content of ['a', 'b', 'a', 'c', 'a', 'b']) await readAs(content);
  expect(fetched).toEqual(['a', 'b', 'c', 'b']);
  expect(await filesThere()).toBe(2);
});

it('lends what is larger than all that it may keep, and keeps nothing of it', async () => {
  expect(await readAs('a', 11)).toBe('a'.repeat(11));
  expect(await filesThere()).toBe(0);
});

it('never removes a copy that is used', async () => {
  await copies.use('a', blob('a', 9), async (path) => {
    await readAs('b', 9);
    await copies.drop('a');
    expect(await readFile(path, 'utf8')).toBe('a'.repeat(9));
  });
  expect(await filesThere()).toBe(0);
});

it('leaves nothing of a copy that cannot be made, and tries again for the next', async () => {
  const failing = {
    bytes: 4,
    fetch: async (path: string) => {
      await writeFile(path, 'aa');
      throw new Error('the connection broke');
    },
  };
  await expect(copies.use('a', failing, async () => 'used')).rejects.toThrow('the connection broke');
  expect(await filesThere()).toBe(0);
  expect(await readAs('a')).toBe('aaaa');
});

it('gives up all unused copies where the disk is full, before it says so', async () => {
  await readAs('a');
  let full = true;
  const tight = {
    bytes: 1,
    fetch: async (path: string) => {
      if (full && (await filesThere()) > 0) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      await writeFile(path, 'b');
    },
  };
  expect(await copies.use('b', tight, (path) => readFile(path, 'utf8'))).toBe('b');
  await copies.use('b', tight, async () => {
    await expect(copies.use('c', tight, async () => 'used')).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  });
  full = false;
  expect(await copies.use('c', tight, (path) => readFile(path, 'utf8'))).toBe('b');
});

it('makes a copy anew when the one there was dropped, for its blob is gone', async () => {
  const path = await copies.use('a', blob('a'), async (file) => file);
  await copies.drop('a');
  expect(existsSync(path)).toBe(false);
  await readAs('a');
  expect(fetched).toEqual(['a', 'a']);
});

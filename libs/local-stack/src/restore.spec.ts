import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { isEntryName } from './backup-format';
import { knownMigrations } from './migrations';
import { restore } from './restore';

describe('restore', () => {
  let dir: string;
  let file: string;
  const { signal } = new AbortController();

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'propago-test-'));
    file = join(dir, 'backup.zip');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const archive = async (entries: Record<string, unknown>): Promise<void> => {
    const zip = new ZipFile();
    for (const [name, content] of Object.entries(entries)) zip.addBuffer(Buffer.from(JSON.stringify(content)), name);
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(file));
  };
  const manifest = {
    format: 1,
    createdAt: '2026-01-02T03:04:05.678Z',
    version: '0.0.9',
    revision: 'unknown',
    migrations: knownMigrations(),
    tables: [],
    files: [] as object[],
  };
  const sut = (force = false) => restore(file, join(dir, 'data'), { force, signal });

  it('refuses what is no backup, and makes nothing of it', async () => {
    await expect(sut()).rejects.toThrow('is no backup');
    writeFileSync(file, 'text');
    await expect(sut()).rejects.toThrow('is no backup');
    await archive({ 'other.json': {} });
    await expect(sut()).rejects.toThrow('it has no manifest.json');
    expect(readdirSync(join(dir, 'data'))).toEqual([]);
  });

  it('refuses a backup of a newer version, and says which', async () => {
    await archive({
      'manifest.json': { ...manifest, version: '9.9.9', migrations: [...knownMigrations(), '9999_later'] },
    });
    await expect(sut()).rejects.toThrow(/made by version 9\.9\.9, of which this one does not know 9999_later/);
    await archive({ 'manifest.json': { ...manifest, version: '9.9.9', format: 2 } });
    await expect(sut()).rejects.toThrow('does not know the format');
  });

  it('takes no entry that would be written elsewhere', async () => {
    const files = [{ name: 'blobs/../../../evil', bytes: 1, sha256: 'a'.repeat(64) }];
    await archive({ 'manifest.json': { ...manifest, files } });
    await expect(sut()).rejects.toThrow('does not know the format');
    for (const name of ['../x', 'a/../x', '/x', 'a//x', './x', 'a/.', '..', 'a b', ''])
      expect(isEntryName(name)).toBe(false);
    for (const name of ['key-secret', 'blobs/masks/0a-1/00000.png', 'blobs/a..b']) expect(isEntryName(name)).toBe(true);
  });

  it.each(['blobs', 'redis'])(
    'refuses a folder that holds %s already, unless it is told to replace them',
    async (kept) => {
      mkdirSync(join(dir, 'data', kept), { recursive: true });
      writeFileSync(join(dir, 'data', kept, 'file'), '');
      await archive({});
      await expect(sut()).rejects.toThrow(`holds data already (${kept})`);
      await expect(sut(true)).rejects.toThrow('it has no manifest.json');
      expect(existsSync(join(dir, 'data', kept, 'file'))).toBe(true);
    },
  );
});

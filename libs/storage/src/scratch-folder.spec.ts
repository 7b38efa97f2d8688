import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { sweepScratchFolders, withScratchFolder } from './scratch-folder';

/** Above every pid that Linux gives. */
const NOBODY = 2 ** 22 + 1;

describe('withScratchFolder', () => {
  const parent = mkdtempSync(join(tmpdir(), 'propago-scratch-'));
  afterAll(() => rmSync(parent, { recursive: true, force: true }));

  it('removes the folder in the end, also when its use fails', async () => {
    let folder = '';
    const use = async (given: string) => {
      writeFileSync(join((folder = given), 'file'), '');
      throw new Error('on purpose');
    };
    await expect(withScratchFolder('test', use, parent)).rejects.toThrow('on purpose');
    expect(folder).not.toBe('');
    expect(existsSync(folder)).toBe(false);
  });

  it('removes what killed processes left, and nothing else', async () => {
    const name = (pid: number, host = hostname()) => `propago-blob-${pid}-1-${host}-AbC123`;
    const earlierOfThisPid = name(process.pid);
    const dead = [name(NOBODY), earlierOfThisPid];
    const others = [name(process.ppid), name(NOBODY, 'other-host'), 'propago-blob-AbC123', 'something-else'];
    for (const folder of [...dead, ...others]) mkdirSync(join(parent, folder, 'inside'), { recursive: true });
    await withScratchFolder(
      'one',
      (one) =>
        withScratchFolder(
          'two',
          async (two) => {
            expect(readdirSync(parent).sort()).toEqual([...others, basename(one), basename(two)].sort());
          },
          parent,
        ),
      parent,
    );
    expect(readdirSync(parent).sort()).toEqual([...others].sort());
  });

  it('does without a folder to sweep', async () => {
    await expect(sweepScratchFolders(join(parent, 'missing'))).resolves.toBeUndefined();
  });
});

import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeWorkFolder, sweepWorkFolders } from './work-folders';

/** Above every pid that Linux gives. */
const NOBODY = 2 ** 22 + 1;

describe('sweepWorkFolders', () => {
  const parent = mkdtempSync(path.join(tmpdir(), 'propago-sweep-'));
  afterAll(() => rmSync(parent, { recursive: true, force: true }));

  it('removes what dead trainers and an earlier one of this pid left, and nothing else', async () => {
    const { path: own } = await makeWorkFolder(parent);
    mkdirSync(path.join(own, 'out'));
    const others = [`propago-training-${process.ppid}-abc`, 'something-else'];
    for (const name of [...others, `propago-training-${NOBODY}-abc`]) mkdirSync(path.join(parent, name));
    await sweepWorkFolders(parent);
    expect(readdirSync(parent).sort()).toEqual([...others].sort());
  });

  it('does without a folder', async () => {
    await expect(sweepWorkFolders(path.join(parent, 'missing'))).resolves.toBeUndefined();
  });
});

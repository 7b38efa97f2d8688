import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { memoryKills } from './memory-kills';

describe('memoryKills', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'propago-cgroup-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const killsIn = (group: string): Promise<number> => {
    const own = path.join(folder, 'own');
    writeFileSync(own, `0::${group}\n`);
    return memoryKills(own, folder);
  };

  it.each(['/', '/user.slice/session-3.scope'])('are read from the own group, %s', async (group) => {
    mkdirSync(path.join(folder, group), { recursive: true });
    writeFileSync(path.join(folder, group, 'memory.events'), 'low 0\nhigh 0\nmax 9\noom 4\noom_kill 3\n');
    expect(await killsIn(group)).toBe(3);
  });

  it('are 0 where nobody counts', async () => {
    expect(await killsIn('/absent')).toBe(0);
    expect(await memoryKills(path.join(folder, 'no-such-file'), folder)).toBe(0);
  });
});

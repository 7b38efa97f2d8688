import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Propago } from './support/propago-command';
import { smallClip } from './support/small-clip';
import { Up } from './support/up';

jest.setTimeout(300_000);

const FRAMES = 20;

let root: string;
let up: Up | undefined;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'propago-up-'));
  // The database's own user must be able to pass.
  chmodSync(root, 0o711);
});
afterEach(async () => {
  await up?.command.interrupt();
  up = undefined;
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

// What goes wrong more rarely is in up.long-spec.ts.
describe('propago backup and restore', () => {
  const propago = (...args: string[]): Promise<string> => new Propago(args).output();

  it('give runs, masks and keys back in another folder, from a running platform', async () => {
    const file = join(root, 'platform.backup');
    up = await Up.start(join(root, 'original'));
    const id = await up.postRun(await smallClip({ frames: FRAMES }));
    await up.succeeded(id);
    const other = await up.postRun(await smallClip({ frames: FRAMES, seed: 6 }));
    const runBefore = await up.run(id);
    const masksBefore = await Promise.all([0, FRAMES - 1].map((frame) => up!.mask(id, frame)));
    // Also of a platform in the middle of a run.
    expect(await propago('backup', file, '--dir', up.dir)).toMatch(/holds 2 runs, 3 encoder versions, 1 keys/);
    expect(statSync(file).mode & 0o077).toBe(0);
    const key = up.key;
    await up.command.interrupt();
    expect(existsSync(join(up.dir, 'backing-up'))).toBe(false);

    const dir = join(root, 'restored');
    expect(await propago('restore', file, '--dir', dir)).toMatch(/holds 2 runs/);
    up = await Up.start(dir);
    expect(up.key).toBe('');
    up.key = key;
    expect(await up.run(id)).toEqual(runBefore);
    const masks = await Promise.all([0, FRAMES - 1].map((frame) => up!.mask(id, frame)));
    expect(masks.every((mask, index) => mask.equals(masksBefore[index]!))).toBe(true);
    await up.succeeded(other);
  });
});

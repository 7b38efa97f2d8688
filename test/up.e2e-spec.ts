import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QUICK_RECOVERY } from './support/campaign';
import { until } from './support/platform';
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
describe('propago up', () => {
  it('starts Postgres, Redis and NATS again when they are killed in the middle of a run, which succeeds', async () => {
    up = await Up.start(join(root, 'killed'), [], QUICK_RECOVERY);
    // So long that it does not end before the last of them is killed.
    const id = await up.postRun(await smallClip({ width: 448, height: 256, frames: 72, seed: 5 }));
    for (const name of ['postgres', 'redis', 'nats'] as const) {
      const before = (await up.run(id))!;
      if (before.state === 'succeeded') throw new Error('the run has ended already: nothing was disturbed');
      const pid = up.state.servers.pids[name]!;
      process.kill(pid, 'SIGKILL');
      await until(`${name} is back`, async () => up!.state.servers.pids[name] !== pid);
      await until('the platform is ready', async () => (await up!.get('/v2/health/ready')).ok);
    }
    await up.succeeded(id);
    for (const program of ['postgres', 'redis-server', 'nats-server']) {
      expect(up.command.stderr).toMatch(new RegExp(`^${program} ended by SIGKILL; it is started again`, 'm'));
      expect(up.command.stderr).toMatch(new RegExp(`^${program} is back after \\d+\\.\\d s$`, 'm'));
    }
  });
});

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

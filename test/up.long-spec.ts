import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { QUICK_RECOVERY } from './support/campaign';
import { until } from './support/platform';
import { Propago } from './support/propago-command';
import { smallClip } from './support/small-clip';
import { Up } from './support/up';

jest.setTimeout(600_000);

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);
const propago = (...args: string[]): Promise<string> => new Propago(args).output();

let root: string;
/** Of a platform with two runs, and a backup of it. */
let dir: string;
let file: string;
let up: Up | undefined;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'propago-up-'));
  // The database's own user must be able to pass.
  chmodSync(root, 0o711);
  dir = join(root, 'platform');
  file = join(root, 'platform.backup');
  up = await Up.start(dir);
  // So large that a backup of it has a middle.
  const large = await smallClip({ width: 448, height: 256, frames: 72, seed: 5 });
  for (const clip of [large, await smallClip({ seed: 6 })]) await up.succeeded(await up.postRun(clip));
  await propago('backup', file, '--dir', dir);
});
afterEach(async () => {
  await up?.command.interrupt();
  up = undefined;
});
afterAll(async () => {
  await up?.command.interrupt();
  rmSync(root, { recursive: true, force: true });
});

// What goes wrong more often is in up.e2e-spec.ts.
describe('propago up', () => {
  it('ends with all its processes when a server cannot be started again', async () => {
    const { servers, services } = up!.state;
    const pids = [...Object.values(servers.pids), ...services.map(({ pid }) => pid)];
    // Redis finds a file where its folder was.
    renameSync(join(dir, 'redis'), join(dir, 'redis-away'));
    writeFileSync(join(dir, 'redis'), '');
    process.kill(servers.pids.redis!, 'SIGKILL');
    expect(await up!.command.ended).toBe(1);
    expect(up!.command.stderr).toMatch(/^redis-server cannot be started again after \d attempts: exited with code 1$/m);
    expect(pids.filter(isAlive)).toEqual([]);
    rmSync(join(dir, 'redis'));
    renameSync(join(dir, 'redis-away'), join(dir, 'redis'));
  });

  it('does not make a lost key secret anew in silence', async () => {
    const secret = join(dir, 'key-secret');
    const kept = readFileSync(secret, 'utf8');
    rmSync(secret);
    await expect(Up.start(dir)).rejects.toThrow(/KEY_SECRET is not the secret .*"propago up --new-admin-key"/);
    await expect(Up.start(dir, ['--access', 'off'])).rejects.toThrow('KEY_SECRET is not the secret');
    expect(existsSync(secret)).toBe(false);
    writeFileSync(secret, 'another secret, of 32 characters or more\n');
    await expect(Up.start(dir)).rejects.toThrow('KEY_SECRET is not the secret');
    writeFileSync(secret, kept);
    up = await Up.start(dir);
    await up.command.interrupt();
    rmSync(secret);
    up = await Up.start(dir, ['--new-admin-key']);
    expect((await up.get('/v1/runs')).status).toBe(200);
  });
});

describe('propago backup and restore', () => {
  it('refuse a folder with data or in use, and damaged files, and leave what was there', async () => {
    await expect(propago('restore', file, '--dir', dir)).rejects.toThrow(/holds data already \(.*\).*--force/);
    const damaged = join(root, 'damaged.backup');
    const bytes = readFileSync(file);
    bytes[Math.floor(bytes.length / 2)]! ^= 0xff;
    writeFileSync(damaged, bytes);
    await expect(propago('restore', damaged, '--dir', dir, '--force')).rejects.toThrow('the backup is damaged');
    writeFileSync(damaged, bytes.subarray(0, bytes.length / 2));
    await expect(propago('restore', damaged, '--dir', dir, '--force')).rejects.toThrow('is no backup');
    up = await Up.start(dir);
    await expect(propago('restore', file, '--dir', dir, '--force')).rejects.toThrow('is in use');
    await up.command.interrupt();
    expect(await propago('backup', join(root, 'again.backup'), '--dir', dir)).toMatch(/holds 2 runs/);
  });

  it('killed at any moment leave no half: neither of the file nor of the folder', async () => {
    const again = join(root, 'killed.backup');
    const restoring = join(dir, 'replacement');
    for (const [command, sign] of [
      [['backup', again, '--dir', dir], `${again}.part`],
      [['restore', file, '--dir', dir, '--force'], restoring],
      [['restore', file, '--dir', dir, '--force'], join(restoring, 'blobs/videos')],
    ] as const) {
      const killed = new Propago([...command]);
      // Not by `until`, whose waits are longer than the middle lasts.
      while (!killed.hasEnded && !existsSync(sign)) await sleep(5);
      killed.kill();
      expect(await killed.ended).toBeNull();
    }
    expect(existsSync(again)).toBe(false);
    expect(await propago('backup', again, '--dir', dir)).toMatch(/holds 2 runs/);
    expect(existsSync(restoring)).toBe(false);
    expect(existsSync(`${again}.part`)).toBe(false);
  });
});

// A platform of its own, after those that share one.
describe('propago up, under a run', () => {
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

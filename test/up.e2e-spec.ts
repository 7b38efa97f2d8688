import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, type StackState } from '@propago/local-stack';
import { QUICK_RECOVERY } from './support/campaign';
import { bearer } from './support/closed-platform';
import { NATIVE_SIZE, until, type RunResource } from './support/platform';
import { Propago } from './support/propago-command';
import { smallClip, type SmallClip } from './support/small-clip';

jest.setTimeout(300_000);

const KEY = /pgo_[0-9a-f]{12}_[\w-]{43}/;
const FRAMES = 72;

/** A platform that `propago up` runs in a folder, and its admin key. */
class Up {
  key = '';

  private constructor(
    readonly dir: string,
    readonly url: string,
    readonly command: Propago,
  ) {}

  static async start(dir: string, args: string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Up> {
    const port = await freePort();
    const command = new Propago(['up', '--dir', dir, '--port', String(port), ...args], env);
    await until('it is up or has ended', async () => command.hasEnded || command.stdout.includes('Ctrl-C stops it.'));
    if (command.hasEnded) throw new Error(command.stderr);
    const up = new Up(dir, `http://127.0.0.1:${port}`, command);
    up.key = KEY.exec(command.stdout)?.[0] ?? '';
    return up;
  }

  get state(): StackState {
    return JSON.parse(readFileSync(join(this.dir, 'stack.json'), 'utf8')) as StackState;
  }

  get(path: string, key = this.key): Promise<Response> {
    return fetch(`${this.url}${path}`, { headers: bearer(key) });
  }

  async postRun({ video, mask }: SmallClip): Promise<string> {
    const form = new FormData();
    form.append('options', JSON.stringify({ parameters: NATIVE_SIZE }));
    form.append('mask', new Blob([new Uint8Array(mask)]), 'mask.png');
    form.append('video', new Blob([new Uint8Array(video)]), 'clip.mp4');
    const answer = await fetch(`${this.url}/v1/runs`, { method: 'POST', body: form, headers: bearer(this.key) });
    expect(answer.status).toBe(202);
    return ((await answer.json()) as RunResource).id;
  }

  /** Undefined while the platform cannot say. */
  async run(id: string): Promise<RunResource | undefined> {
    const answer = await this.get(`/v1/runs/${id}`);
    return answer.ok ? ((await answer.json()) as RunResource) : undefined;
  }

  async succeeded(id: string): Promise<void> {
    let run: RunResource | undefined;
    await until('the run ends', async () => {
      run = await this.run(id);
      return run !== undefined && ['succeeded', 'failed', 'cancelled'].includes(run.state);
    });
    expect({ state: run!.state, error: run!.error }).toEqual({ state: 'succeeded', error: null });
  }

  async mask(id: string, frame: number): Promise<Buffer> {
    const answer = await this.get(`/v1/runs/${id}/frames/${frame}/mask.png`);
    expect(answer.status).toBe(200);
    return Buffer.from(await answer.arrayBuffer());
  }
}

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

let root: string;
let up: Up | undefined;
let clip: SmallClip;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'propago-up-'));
  // The database's own user must be able to pass.
  chmodSync(root, 0o711);
  clip = await smallClip({ width: 448, height: 256, frames: FRAMES, objects: 2, seed: 5 });
});
afterEach(async () => {
  await up?.command.interrupt();
  up = undefined;
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('propago up', () => {
  it('starts Postgres, Redis and NATS again when they are killed in the middle of a run, which succeeds', async () => {
    up = await Up.start(join(root, 'killed'), [], QUICK_RECOVERY);
    const id = await up.postRun(clip);
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

  it('ends with all its processes when a server cannot be started again', async () => {
    up = await Up.start(join(root, 'killed'));
    const { servers, services } = up.state;
    const pids = [...Object.values(servers.pids), ...services.map(({ pid }) => pid)];
    // Redis finds a file where its folder was.
    renameSync(join(up.dir, 'redis'), join(up.dir, 'redis-away'));
    writeFileSync(join(up.dir, 'redis'), '');
    process.kill(servers.pids.redis!, 'SIGKILL');
    expect(await up.command.ended).toBe(1);
    expect(up.command.stderr).toMatch(/^redis-server cannot be started again after \d attempts: exited with code 1$/m);
    expect(pids.filter(isAlive)).toEqual([]);
    rmSync(join(up.dir, 'redis'));
    renameSync(join(up.dir, 'redis-away'), join(up.dir, 'redis'));
  });

  it('does not make a lost key secret anew in silence', async () => {
    const dir = join(root, 'killed');
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
  const file = (): string => join(root, 'platform.backup');
  const propago = (...args: string[]): Promise<string> => new Propago(args).output();

  it('give runs, masks and keys back in another folder, from a running platform', async () => {
    up = await Up.start(join(root, 'original'));
    const id = await up.postRun(clip);
    await up.succeeded(id);
    const other = await up.postRun({
      ...clip,
      video: (await smallClip({ frames: 20, seed: 6 })).video,
      mask: (await smallClip({ frames: 20, seed: 6 })).mask,
    });
    const runBefore = await up.run(id);
    const masksBefore = await Promise.all([0, 35, FRAMES - 1].map((frame) => up!.mask(id, frame)));
    // Also of a platform in the middle of a run.
    expect(await propago('backup', file(), '--dir', up.dir)).toMatch(/holds 2 runs, 3 encoder versions, 1 keys/);
    expect(statSync(file()).mode & 0o077).toBe(0);
    const key = up.key;
    await up.command.interrupt();
    expect(existsSync(join(up.dir, 'backing-up'))).toBe(false);

    const dir = join(root, 'restored');
    expect(await propago('restore', file(), '--dir', dir)).toMatch(/holds 2 runs/);
    up = await Up.start(dir);
    expect(up.key).toBe('');
    up.key = key;
    expect(await up.run(id)).toEqual(runBefore);
    const masks = await Promise.all([0, 35, FRAMES - 1].map((frame) => up!.mask(id, frame)));
    expect(masks.every((mask, index) => mask.equals(masksBefore[index]!))).toBe(true);
    await up.succeeded(other);
  });

  it('refuse a folder with data or in use, and damaged files, and leave what was there', async () => {
    const dir = join(root, 'restored');
    await expect(propago('restore', file(), '--dir', dir)).rejects.toThrow(/holds data already \(.*\).*--force/);
    const damaged = join(root, 'damaged.backup');
    const bytes = readFileSync(file());
    bytes[Math.floor(bytes.length / 2)]! ^= 0xff;
    writeFileSync(damaged, bytes);
    await expect(propago('restore', damaged, '--dir', dir, '--force')).rejects.toThrow('the backup is damaged');
    writeFileSync(damaged, bytes.subarray(0, bytes.length / 2));
    await expect(propago('restore', damaged, '--dir', dir, '--force')).rejects.toThrow('is no backup');
    up = await Up.start(dir);
    await expect(propago('restore', file(), '--dir', dir, '--force')).rejects.toThrow('is in use');
    await up.command.interrupt();
    expect(await propago('backup', join(root, 'again.backup'), '--dir', dir)).toMatch(/holds 2 runs/);
  });

  it('killed at any moment leave no half: neither of the file nor of the folder', async () => {
    const dir = join(root, 'restored');
    const again = join(root, 'killed.backup');
    const restoring = join(dir, 'replacement');
    for (const [command, sign] of [
      [['backup', again, '--dir', dir], `${again}.part`],
      [['restore', file(), '--dir', dir, '--force'], restoring],
      [['restore', file(), '--dir', dir, '--force'], join(restoring, 'blobs/videos')],
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

import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@propago/local-stack';
import { bearer } from './support/closed-platform';
import { until } from './support/platform';
import { Propago } from './support/propago-command';
import { smallClip } from './support/small-clip';

jest.setTimeout(240_000);

const KEY = /pgo_[0-9a-f]{12}_[\w-]{43}/g;

describe('propago up and propago keys', () => {
  let dir: string;
  let server: string;
  let up: Propago | undefined;
  let admin: string;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'propago-up-'));
    // The database's own user must be able to pass.
    chmodSync(dir, 0o711);
    server = `http://127.0.0.1:${await freePort()}`;
    up = await started();
  });
  afterAll(async () => {
    await up?.interrupt();
    rmSync(dir, { recursive: true, force: true });
  });

  const started = async (): Promise<Propago> => {
    const process = new Propago(['up', '--dir', join(dir, 'data'), '--port', new URL(server).port]);
    void process.ended.then((code) => code && console.error(process.stderr));
    await until('the platform is up', async () => process.stdout.includes('Ctrl-C stops it.'));
    return process;
  };

  /** What a command prints to standard output, which must succeed. */
  const propago = async (args: string[], key = admin): Promise<string> => {
    const command = new Propago([...args, '--server', server], { PROPAGO_API_KEY: key });
    if ((await command.ended) !== 0) throw new Error(`propago ${args.join(' ')}: ${command.stderr}`);
    return command.stdout.trim();
  };

  it('prints an admin key at the first start only, and keeps its secret to itself', async () => {
    const printed = up!.stdout.match(KEY)!;
    expect(printed).toHaveLength(1);
    [admin] = printed as [string];
    expect(statSync(join(dir, 'data/key-secret')).mode & 0o077).toBe(0);
    await up!.interrupt();
    up = await started();
    expect(up.stdout.match(KEY)).toBeNull();
    expect((await fetch(`${server}/v1/admin/keys`, { headers: bearer(admin) })).status).toBe(200);
    expect((await fetch(`${server}/v1/runs`)).status).toBe(401);
  });

  it('creates, lists, rotates and revokes keys', async () => {
    const key = await propago(['keys', 'create', '--name', 'of the lab', '--tenant', 'lab', '--days', '30']);
    expect(key).toMatch(new RegExp(`^${KEY.source}$`));
    const listed = JSON.parse(await propago(['keys', 'list', '--tenant', 'lab', '--json'])) as { id: string }[];
    expect(listed).toHaveLength(1);
    expect(listed[0]).toMatchObject({ name: 'of the lab', scopes: ['runs:read', 'runs:write'], revokedAt: null });
    const renewed = await propago(['keys', 'rotate', listed[0]!.id, '--grace-seconds', '0']);
    expect((await fetch(`${server}/v1/runs`, { headers: bearer(key) })).status).toBe(401);
    expect((await fetch(`${server}/v1/runs`, { headers: bearer(renewed) })).status).toBe(200);
    const [newest] = JSON.parse(await propago(['keys', 'list', '--tenant', 'lab', '--json'])) as { id: string }[];
    await propago(['keys', 'revoke', newest!.id]);
    expect((await fetch(`${server}/v1/runs`, { headers: bearer(renewed) })).status).toBe(401);
    expect(await propago(['keys', 'list', '--tenant', 'lab'])).toMatch(/revoked.*of the lab\n.*revoked.*of the lab/);
  });

  it('says what a key lacks', async () => {
    const key = await propago(['keys', 'create', '--name', 'reader', '--scopes', 'runs:read']);
    await expect(propago(['keys', 'list'], key)).rejects.toThrow('SCOPE_MISSING');
    await expect(propago(['keys', 'list'], '')).rejects.toThrow('KEY_MISSING');
  });

  it('lets a run be made with a key', async () => {
    const clip = await smallClip({ frames: 4 });
    const [video, mask, output] = ['clip.mp4', 'mask.png', 'out'].map((name) => join(dir, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(video, clip.video);
    writeFileSync(mask, clip.mask);
    const key = await propago(['keys', 'create', '--name', 'runner']);
    await propago(['run', video, mask, '-o', output], key);
    expect(existsSync(join(output, 'masks/00003.png'))).toBe(true);
    await expect(propago(['run', video, mask, '-o', output], '')).rejects.toThrow('KEY_MISSING');
  });
});

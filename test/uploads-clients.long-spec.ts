import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ClosedPlatform } from './support/closed-platform';
import { until } from './support/platform';
import { Program, Propago } from './support/propago-command';
import { smallClip } from './support/small-clip';
import { padded } from './support/tus-upload';

jest.setTimeout(600_000);

const MIB = 2 ** 20;
const ROOT = join(__dirname, '..');
const run = promisify(execFile);

let sut: ClosedPlatform;
let key: string;

beforeAll(async () => {
  // What becomes of a video once it has come is no matter here.
  sut = await ClosedPlatform.start({}, { services: [{ name: 'gateway' }, { name: 'ingest' }] });
});
afterAll(() => sut?.stop());

let tenants = 0;
beforeEach(async () => {
  key = await sut.keyText({ tenant: `tenant-${++tenants}` });
});

describe('a large video is sent on where a killed program, and a killed gateway, left it,', () => {
  let folder: string;
  let file: string;
  let sha256: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'propago-tus-'));
    file = join(folder, 'large.mp4');
    const bytes = padded((await smallClip({ frames: 8 })).video, 90 * MIB, 5);
    sha256 = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(file, bytes);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const received = async () => {
    const rows = await sut.platform.query<{ received: string }>('select received from "Upload" where tenant = $1', [
      `tenant-${tenants}`,
    ]);
    return rows.map((row) => Number(row.received));
  };

  /** @param upload starts to send the file; in the end it prints the video as JSON */
  async function survivesKills(upload: (env: NodeJS.ProcessEnv) => Program): Promise<void> {
    const env = { PROPAGO_URL: sut.url, PROPAGO_API_KEY: key, XDG_CACHE_HOME: join(folder, `cache-${tenants}`) };
    const first = upload(env);
    await until('some has come', async () => ((await received())[0] ?? 0) > 0 || first.hasEnded);
    first.kill();
    await first.ended;
    expect(first.stdout).toBe('');
    const [before] = await received();
    expect(before).toBeGreaterThan(0);
    const second = upload(env);
    await until('more has come', async () => ((await received())[0] ?? Infinity) > before! || second.hasEnded);
    await sut.platform.stack.services.kill('gateway', 0, 'SIGKILL');
    await sut.platform.stack.services.restart('gateway', 0);
    const video = JSON.parse(await second.output()) as { sha256: string; fileName: string };
    expect(video).toMatchObject({ sha256, fileName: 'large.mp4' });
    // One upload in all, and nothing is left of it.
    expect(await received()).toEqual([]);
    expect(await sut.platform.blobs('parts/')).toEqual([]);
  }

  it('by propago', async () => {
    await survivesKills((env) => new Propago(['videos', 'upload', file, '--json', '--server', sut.url], env));
  });

  it('by the client in TypeScript', async () => {
    const home = join(folder, 'client');
    cpSync(join(ROOT, 'clients/typescript'), home, { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(home, 'node_modules'));
    await run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', home]);
    const program = `
      import { openAsBlob } from 'node:fs';
      import { Propago } from './dist/index.js';
      const client = new Propago({ url: process.env.PROPAGO_URL, key: process.env.PROPAGO_API_KEY });
      const video = await client.videos.create(await openAsBlob(${JSON.stringify(file)}), 'large.mp4');
      console.log(JSON.stringify(video.info));`;
    writeFileSync(join(home, 'upload.js'), program);
    await survivesKills((env) => new Program(process.execPath, ['--no-warnings', join(home, 'upload.js')], env));
  });

  it('by the client in Python', async () => {
    const { stdout, stderr } = await run(process.execPath, [join(ROOT, 'scripts/python-env.mjs'), 'clients']);
    if (stdout.trim() === '') return void process.stderr.write(stderr);
    const program = `
import json, sys
from propago import Client
with Client() as client:
    print(json.dumps(client.videos.create(sys.argv[1]).info.to_dict()))`;
    const path = { PYTHONPATH: join(ROOT, 'clients/python/src'), PYTHONDONTWRITEBYTECODE: '1' };
    await survivesKills((env) => new Program(stdout.trim(), ['-c', program, file], { ...path, ...env }));
  });
});

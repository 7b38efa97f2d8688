import { lstat, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BAD_MODELS } from '../libs/model-inspection/testing/bad-models.fixture';
import { bytesField } from '../libs/model-inspection/testing/wire.fixture';
import { patchEncoder } from './support/model-files';
import { Registry } from './support/model-registry';
import { startPlatform, until, type Platform } from './support/platform';

jest.setTimeout(900_000);

let platform: Platform;
let registry: Registry;

beforeAll(async () => {
  // A heap that is collected early, so that what the service keeps is not lost among what it has not collected yet.
  const env = { NODE_OPTIONS: '--max-old-space-size=128' };
  platform = await startPlatform(
    { MAX_MODEL_BYTES: '1000000' },
    { restart: true, services: [{ name: 'gateway' }, { name: 'models', env }] },
  );
  registry = new Registry(platform);
});
afterAll(() => platform?.stop());

describe('bad files, one after the other', () => {
  const FILES = 200;
  /** A file is filled up to so much, so that one that is kept shows. */
  const FILE_BYTES = 900_000;
  /** About half of the bytes of one half of the files; what the collector leaves lying about is a quarter of it. */
  const MOST_GROWTH = 48 * 2 ** 20;

  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'propago-bad-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Each kind of bad file that may be sent, with a field at its end that readers pass over. */
  async function corpus(): Promise<Buffer[]> {
    const files: Buffer[] = [];
    for (const [i, bad] of BAD_MODELS.entries()) {
      const own = join(folder, String(i));
      await mkdir(own);
      const file = await bad.write(own);
      // What is wrong with a link is lost on the way, and the large ones are refused for their size.
      const found = await lstat(file).catch(() => undefined);
      if (!found?.isFile() || found.nlink > 1 || found.size > FILE_BYTES) continue;
      const bytes = await readFile(file);
      files.push(Buffer.concat([bytes, bytesField(50, Buffer.alloc(FILE_BYTES - bytes.length, i))]));
    }
    return files;
  }

  /** Sends some files under a name of their own and waits until each is refused. */
  async function refuse(name: string, files: Buffer[]): Promise<void> {
    const queue = files.slice();
    const sender = async () => {
      for (let file = queue.pop(); file; file = queue.pop()) await registry.register(name, file);
    };
    await Promise.all([sender(), sender()]);
    const states = async () => {
      const rows = await platform.query<{ state: string }>('SELECT state FROM "ModelVersion" WHERE name = $1', [name]);
      return rows.map(({ state }) => state);
    };
    const isOpen = (state: string) => state !== 'REJECTED' && state !== 'READY';
    await until(`${name} are validated`, async () => !(await states()).some(isOpen), 300_000);
    expect(await states()).toEqual(files.map(() => 'REJECTED'));
  }

  it('leave neither a process nor their bytes in the service', async () => {
    const models = platform.stack.services.pid('models');
    const resident = async () => {
      const status = await readFile(`/proc/${models}/status`, 'latin1');
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1024;
    };
    const files = await corpus();
    expect(files.length).toBeGreaterThan(40);
    // One of each half is found out only when it is run, in a process of its own.
    const half = (which: number) => [
      patchEncoder({ dim: 20 + which, weight: () => 3e38 }),
      ...Array.from({ length: FILES / 2 - 1 }, (_, i) => files[(which * (FILES / 2 - 1) + i) % files.length]!).map(
        // Another last byte is another file, also where a kind comes again.
        (bytes, i) => Buffer.concat([bytes.subarray(0, -2), Buffer.from([which, i])]),
      ),
    ];
    await refuse('first-half', half(0));
    const before = await resident();
    await refuse('second-half', half(1));
    const after = await resident();
    expect(after - before).toBeLessThan(MOST_GROWTH);

    // The same process has done all of it.
    expect(platform.stack.services.pid('models')).toBe(models);
    const children = (await readdir(`/proc/${models}/task`)).map((task) =>
      readFile(`/proc/${models}/task/${task}/children`, 'latin1').catch(() => ''),
    );
    expect((await Promise.all(children)).join('').trim()).toBe('');
  });
});

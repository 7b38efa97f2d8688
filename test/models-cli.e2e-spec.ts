import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { repoRoot } from '@propago/local-stack';
import { patchEncoder } from './support/model-files';
import type { ModelView } from './support/model-registry';
import { startPlatform, type Platform } from './support/platform';
import { smallClip } from './support/small-clip';

const VIT = path.resolve(repoRoot(), '../shared/encoders/vit_ti16_imagenet.onnx');
const withShared = existsSync(VIT) ? it : it.skip;

interface Outcome {
  code: number;
  out: string;
  err: string;
}

let folder: string;
let platform: Platform;

// On a busy machine a ViT takes minutes for the probe clips.
jest.setTimeout(1_800_000);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'propago-models-'));
  const files = [4, 8].map((dim) => path.join(folder, String(dim), 'enc.onnx'));
  for (const [i, file] of files.entries()) {
    await mkdir(path.dirname(file));
    await writeFile(file, patchEncoder({ dim: [4, 8][i] }));
  }
  const validation = { VALIDATION_WALL_SECONDS: '1800', VALIDATION_CPU_SECONDS: '1800' };
  platform = await startPlatform({ ENCODERS: files.join(','), ...validation });
});
afterAll(async () => {
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** `propago ...` on the platform. */
function propago(...args: string[]): Promise<Outcome> {
  const program = path.join(repoRoot(), 'dist/cli/src/main.js');
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args, '--server', platform.url], (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

const models = (...args: string[]): Promise<Outcome> => propago('models', ...args);

it('moves aliases and traffic, and tells what it has done', async () => {
  expect((await models('list')).out).toMatch(/^enc +champion=1 +champion 100 % +2 READY, 1 READY$/m);
  expect((await models('alias', 'enc', 'canary', '2')).out).toBe('canary=2, champion=1\n');
  expect((await models('traffic', 'enc', 'champion=80', 'canary=20')).out).toBe('champion 80 %, canary 20 %\n');
  expect((await models('promote', 'enc')).out).toBe('champion=2 (before 1)\n');
  expect((await models('traffic', 'enc')).out).toBe('champion 100 %\n');
  expect((await models('rollback', 'enc')).out).toBe('champion=1 (before 2)\n');
  const audit = (await models('audit', 'enc')).out.split('\n').map((line) => line.split(/ {2,}/)[2]);
  expect(audit.slice(0, 3)).toEqual(['traffic', 'rollback', 'traffic']);
});

it('refuses what the server refuses, with its code', async () => {
  expect(await models('alias', 'enc', 'canary', '9')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^MODEL_NOT_FOUND: /),
  });
  expect(await models('delete', 'enc', '1')).toMatchObject({ code: 1, err: expect.stringMatching(/^MODEL_IN_USE: /) });
  expect(await models('traffic', 'enc', 'champion')).toMatchObject({ code: 2 });
});

it('saves the file of a version', async () => {
  const file = path.join(folder, 'saved.onnx');
  expect(await models('download', 'enc', '2', '-o', file)).toMatchObject({ code: 0 });
  expect(await readFile(file)).toEqual(patchEncoder({ dim: 8 }));
});

it('registers a file, waits, and tells why it is refused; then removes it', async () => {
  const file = path.join(folder, 'picture.onnx');
  await writeFile(file, 'GIF89a');
  const { code, err } = await models('register', file);
  expect([code, err]).toEqual([1, expect.stringMatching(/^picture:1 is REJECTED\n {2}MODEL_NOT_ONNX: /)]);
  expect((await models('show', 'picture')).out).toMatch(/^picture:1 +REJECTED .* MODEL_NOT_ONNX$/m);
  expect(await models('delete', 'picture', '1')).toMatchObject({ code: 0, out: 'removed picture:1\n' });
});

withShared('registers a vision transformer in one command, and runs with it by its name', async () => {
  const registered = await models('register', VIT, '--name', 'vit', '--note', 'supervised', '--json');
  expect(registered).toMatchObject({ code: 0 });
  expect(JSON.parse(registered.out)).toMatchObject({
    version: 1,
    state: 'READY',
    aliases: ['champion'],
    card: { patchSize: 16, dim: 192, layout: 'tokens', mean: [0.5, 0.5, 0.5] },
    provenance: { note: 'supervised' },
  });
  expect(await platform.json<ModelView>('/v1/admin/models/vit')).toMatchObject({ aliases: [{ version: 1 }] });

  const clip = await smallClip({ frames: 4 });
  const [video, mask, output] = ['clip.mp4', 'mask.png', 'out'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(video, clip.video);
  await writeFile(mask, clip.mask);
  const size = ['--option', 'inputSize={"kind":"native","multipleOf":16,"rounding":"floor"}'];
  const run = await propago('run', video, mask, '-o', output, '--encoder', 'vit', ...size);
  expect(run).toMatchObject({ code: 0 });
  expect(await readdir(path.join(output, 'masks'))).toHaveLength(4);
  expect(JSON.parse(await readFile(path.join(output, 'run.json'), 'utf8'))).toMatchObject({
    encoder: { name: 'vit', version: 1, chosenBy: 'traffic:champion' },
  });
});

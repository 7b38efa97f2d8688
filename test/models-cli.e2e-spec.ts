import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { repoRoot } from '@propago/local-stack';
import { patchEncoder } from './support/model-files';
import { startPlatform, type Platform } from './support/platform';
import { smallClip } from './support/small-clip';

interface Outcome {
  code: number;
  out: string;
  err: string;
}

let folder: string;
let platform: Platform;

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
  const list = (await models('list')).out;
  expect(list).toMatch(/^version +state +aliases +J&F +s\/frame +MB +created +note$/m);
  // Configured encoders are trusted: nothing of them was measured.
  expect(list).toMatch(/^enc:1 +READY +champion +- +- +0\.0 +\d{4}-\d\d-\d\d \d\d:\d\d$/m);
  expect(list).toMatch(/^enc:2 +READY +- /m);
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
  expect([code, err]).toEqual([1, expect.stringMatching(/^picture:1 is REJECTED\n {2}MODEL_NOT_ONNX: /m)]);
  expect((await models('show', 'picture')).out).toMatch(/^picture:1 +REJECTED .* MODEL_NOT_ONNX$/m);
  const hidden = (await models('list')).out;
  expect(hidden).not.toContain('picture:1');
  expect(hidden).toMatch(/^1 REJECTED version is not shown; --all shows them, `propago models prune` removes them$/m);
  expect((await models('list', '--all')).out).toMatch(/^picture:1 +REJECTED /m);
  expect(await models('delete', 'picture', '1')).toMatchObject({ code: 0, out: 'removed picture:1\n' });
});

it('removes all that were refused at once', async () => {
  for (const content of ['GIF89a', 'PNG']) {
    const file = path.join(folder, 'refused.onnx');
    await writeFile(file, content);
    expect((await models('register', file)).code).toBe(1);
  }
  expect(await models('prune', 'nothing')).toMatchObject({ code: 1, err: expect.stringMatching(/^MODEL_NOT_FOUND: /) });
  expect((await models('prune', 'refused')).out).toBe('removed refused:2, refused:1\n');
  expect((await models('prune')).out).toBe('no version is REJECTED\n');
});

it('refuses a fact in the words of its flag, before anything is sent', async () => {
  const file = path.join(folder, '4', 'enc.onnx');
  expect(await models('register', file, '--fact', 'mean=1')).toEqual({
    code: 2,
    out: '',
    err: '--fact mean=1: expected three numbers, such as [0.5, 0.5, 0.5]\n',
  });
});

it('validates a good file step by step, and not again under another name', async () => {
  const file = path.join(repoRoot(), 'encoders/colour-descriptor.onnx');
  const first = await models('register', file, '--name', 'colours', '--note', 'for a test');
  expect(first).toMatchObject({ code: 0, out: 'colours:1 is READY (champion)\n' });
  const phases = first.err.split('\n').filter(Boolean);
  // How many of them are seen depends on how long each takes.
  for (const phase of phases) {
    expect(phase).toMatch(
      /^colours:1: (waiting for its validation|starting|inspecting|loading|probing sizes|measuring speed|clip \d of 4)$/,
    );
  }
  expect(phases.at(-1)).toMatch(/clip \d of 4$/);

  const again = await models('register', file, '--name', 'colours-too');
  expect(again).toMatchObject({ code: 0, out: 'colours-too:1 is READY (champion), as measured for colours:1\n' });
  expect(again.err).not.toContain('clip');
  expect((await models('list')).out).toMatch(
    /^colours:1 +READY +champion +\d\d\.\d +[\d.]+ +0\.0 +\S+ \S+ +for a test$/m,
  );

  const shown = (await models('show', 'colours-too:1')).out;
  expect(shown).toMatch(/^Gate \(measured for colours:1, the same file\)\n {2}J&F +\d\d\.\d +J /m);
  expect(shown).toMatch(/^ {2}patchSize +8$/m);
  expect(JSON.parse((await models('show', 'colours', '1', '--json')).out)).toMatchObject({ version: 1, phase: null });

  const compared = (await models('compare', 'colours', 'enc:1')).out;
  expect(compared).toMatch(/^ +colours:1 +enc:1$/m);
  expect(compared).toMatch(/^J&F +\d\d\.\d +-$/m);
  expect(compared).toMatch(/^patchSize +8 +16$/m);
  expect((await models('report', 'colours')).out).toMatch(
    /^Traffic of colours since .*\n {2}no run yet\n\nShadows\n {2}no run was repeated$/m,
  );
});

it('evaluates on a server without leaving its runs there, and without shadows', async () => {
  const clip = await smallClip({ frames: 4 });
  const root = path.join(folder, 'sequence');
  await mkdir(path.join(root, 'Annotations'), { recursive: true });
  await writeFile(path.join(root, 'video.mp4'), clip.video);
  const { width, height } = clip;
  for (const [i, indices] of clip.truth.entries()) {
    const png = encodeIndexedPng({ width, height, indices, palette: VOC_PALETTE });
    await writeFile(path.join(root, 'Annotations', `0000${i}.png`), png);
  }
  expect(await models('alias', 'enc', 'shadow', '2')).toMatchObject({ code: 0 });
  const runs = () =>
    platform.query<{ shadowOfId: string | null }>('SELECT "shadowOfId" FROM "Run" WHERE "deletedAt" IS NULL');
  const size = ['--option', 'inputSize={"kind":"native","multipleOf":16,"rounding":"floor"}'];
  const evaluate = (...more: string[]) =>
    propago('eval', 'davis', '--root', root, '--encoder', 'enc', ...size, '--json', ...more);

  const before = (await runs()).length;
  const scored = await evaluate();
  expect(scored).toMatchObject({ code: 0 });
  expect(JSON.parse(scored.out)).toMatchObject({ sequences: [{ name: 'sequence', frames: 4 }] });
  expect(await runs()).toHaveLength(before);
  expect(JSON.parse((await evaluate('--keep')).out)).toEqual(JSON.parse(scored.out));
  const kept = await runs();
  expect(kept).toHaveLength(before + 1);
  expect(kept.filter(({ shadowOfId }) => shadowOfId !== null)).toEqual([]);
  expect(await models('alias', 'enc', 'shadow')).toMatchObject({ code: 0 });
});

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { pixelsOf, Platform } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { smallClip, type SmallClip } from './support/small-clip';

jest.setTimeout(600_000);

const run = promisify(execFile);
const ROOT = path.resolve(__dirname, '..');
const CLIENTS = path.join(ROOT, 'clients');
const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENOTCACHED|ETIMEDOUT|NewConnectionError|No matching distribution/;

/** The first program in this language that a page shows. */
function shownProgram(page: string, language: string): string {
  const text = readFileSync(page, 'utf8');
  const program = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(text)?.[1];
  if (program === undefined) throw new Error(`${page} shows no program in ${language}`);
  return program;
}

/** Runs an installation. @returns false, after a line, where the package index cannot be reached */
async function installed(program: string, args: string[], cwd: string): Promise<boolean> {
  try {
    await run(program, args, { cwd });
    return true;
  } catch (error) {
    if (!UNREACHABLE.test(String(error))) throw error;
    process.stderr.write(`clients: skipped, no package index can be reached by ${path.basename(program)}\n`);
    return false;
  }
}

/** All files below a folder with their text, by path. */
function textsBelow(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names.map(({ parentPath, name }) => path.join(parentPath, name));
  const kept = paths.filter((file) => !/__pycache__|\.ruff_cache|\.mypy_cache/.test(file)).sort();
  return Object.fromEntries(kept.map((file) => [path.relative(folder, file), readFileSync(file, 'utf8')]));
}

describe('a client', () => {
  let platform: Platform;
  let clip: SmallClip;
  let folder: string;
  let python: string | null;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'propago-clients-'));
    const environment = path.join(ROOT, 'scripts/python-env.mjs');
    const { stdout, stderr } = await run(process.execPath, [environment, 'clients']);
    python = stdout.trim() || null;
    if (python === null) process.stderr.write(stderr);
    clip = await smallClip({ frames: 8 });
    platform = await sharedPlatform();
  });
  afterAll(async () => {
    await platform?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A folder with what the programs of the READMEs read, and their environment. */
  function workplace(name: string): { cwd: string; env: NodeJS.ProcessEnv } {
    const cwd = path.join(folder, name);
    mkdirSync(cwd);
    writeFileSync(path.join(cwd, 'clip.mp4'), clip.video);
    writeFileSync(path.join(cwd, 'first-frame.png'), clip.mask);
    const own = { PROPAGO_URL: platform.url, PROPAGO_API_KEY: '', IPYTHONDIR: cwd, JUPYTER_RUNTIME_DIR: cwd };
    return { cwd, env: { ...process.env, ...own } };
  }

  /** Holds what a program of a README printed and saved against the API. */
  async function madeOneRun(printed: string, cwd: string, name: string): Promise<void> {
    const id = /^run (\S+)$/m.exec(printed)![1]!;
    expect(printed).toMatch(/^succeeded 8 of 8$/m);
    expect(await platform.run(id)).toMatchObject({ state: 'succeeded', name, preset: 'siammae', revision: 2 });
    const corrected = await platform.labelsOf(id, 5);
    expect(corrected.some((label, i) => label > 0 && i % clip.width < 40)).toBe(false);
    const saved = (file: string): Buffer => readFileSync(path.join(cwd, file));
    const { items } = await platform.json<{ items: { id: string; format: string }[] }>(`/v1/runs/${id}/exports`);
    const coco = items.find(({ format }) => format === 'coco')!;
    const file = await fetch(`${platform.url}/v1/runs/${id}/exports/${coco.id}/file`);
    expect(saved('masks.json').equals(Buffer.from(await file.arrayBuffer()))).toBe(true);
    expect(saved('overlay.mp4').equals(await platform.bytes(`/v1/runs/${id}/overlay.mp4`))).toBe(true);
    const { items: prompts } = await platform.json<{ items: { frame: number }[] }>(`/v1/runs/${id}/prompts`);
    expect(prompts.map(({ frame }) => frame)).toEqual([0, 5]);
  }

  it('is what the generators make of the document: else `npm run clients`', async () => {
    if (python === null) return;
    const script = path.join(ROOT, 'scripts/generate-clients.mjs');
    const generated = path.join(folder, 'generated');
    await run(process.execPath, [script, generated]);
    for (const part of ['typescript/src/generated', 'python/src/propago/generated']) {
      const [made, committed] = [textsBelow(path.join(generated, part)), textsBelow(path.join(CLIENTS, part))];
      expect(Object.keys(committed)).toEqual(Object.keys(made));
      expect(Object.keys(made).filter((file) => made[file] !== committed[file])).toEqual([]);
    }
  });

  it.each(['clients/python', 'integrations/cvat', 'integrations/label-studio'])(
    'in %s has no finding of its linters',
    async (project) => {
      if (python === null) return;
      const bin = (name: string) => path.join(path.dirname(python!), name);
      const source = path.join(ROOT, project);
      await run(bin('ruff'), ['check', '--no-cache', source]);
      await run(bin('ruff'), ['format', '--no-cache', '--check', source]);
      const cache = path.join(folder, 'mypy');
      await run(bin('mypy'), ['--config-file', 'pyproject.toml', '--cache-dir', cache], { cwd: source });
    },
  );

  it('in Python makes a run and corrects it, from its wheel', async () => {
    if (python === null) return;
    const source = path.join(folder, 'wheel');
    cpSync(path.join(CLIENTS, 'python'), source, { recursive: true });
    const pip = ['-m', 'pip', '--disable-pip-version-check'];
    await run(python, [...pip, 'wheel', '--quiet', '--no-deps', '--no-build-isolation', '-w', folder, source]);
    const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'))!;
    const place = workplace('python');
    const own = path.join(place.cwd, 'venv/bin/python');
    await run(python, ['-m', 'venv', path.join(place.cwd, 'venv')]);
    const pins = path.join(ROOT, 'test/clients/requirements.lock');
    if (!(await installed(own, [...pip, 'install', '-q', '-c', pins, path.join(folder, wheel)], place.cwd))) return;
    writeFileSync(path.join(place.cwd, 'run.py'), shownProgram(path.join(CLIENTS, 'python/README.md'), 'python'));
    const { stdout } = await run(own, ['run.py'], place);
    await madeOneRun(stdout, place.cwd, 'from Python');
  });

  it('in TypeScript makes a run and corrects it, from its npm package', async () => {
    const source = path.join(CLIENTS, 'typescript');
    const packed = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: source });
    const [{ filename, files }] = JSON.parse(packed.stdout) as [{ filename: string; files: { path: string }[] }];
    expect(files.map((file) => file.path).filter((file) => !/^(dist\/|package.json|README.md)/.test(file))).toEqual([]);
    const place = workplace('typescript');
    writeFileSync(path.join(place.cwd, 'package.json'), '{"type":"module"}');
    const tarball = path.join(folder, filename);
    const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--no-save', '--loglevel=error'];
    if (!(await installed('npm', ['install', ...flags, tarball], place.cwd))) return;
    writeFileSync(path.join(place.cwd, 'run.ts'), shownProgram(path.join(source, 'README.md'), 'ts'));
    const options = ['--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
    const types = ['--typeRoots', path.join(ROOT, 'node_modules/@types')];
    await run(path.join(ROOT, 'node_modules/.bin/tsc'), [...options, ...types, 'run.ts'], { cwd: place.cwd });
    const { stdout } = await run(process.execPath, ['run.js'], place);
    await madeOneRun(stdout, place.cwd, 'from TypeScript');
  });

  it('in TypeScript names the versions that it is tested with', () => {
    const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>;
    const [all, own] = [read(path.join(ROOT, 'package.json')), read(path.join(CLIENTS, 'typescript/package.json'))];
    expect({ ...all.dependencies, ...all.devDependencies }).toMatchObject(own.dependencies!);
    expect(own.version).toBe(all.version);
    const project = readFileSync(path.join(CLIENTS, 'python/pyproject.toml'), 'utf8');
    expect(project).toContain(`version = "${String(all.version)}"`);
  });

  it('in Python takes arrays, objects and PNG files as labels, and says what is refused', async () => {
    if (python === null) return;
    const place = workplace('labels');
    const small = encodeIndexedPng({ width: 8, height: 8, indices: new Uint8Array(64).fill(1), palette: VOC_PALETTE });
    writeFileSync(path.join(place.cwd, 'small.png'), small);
    const env = { ...place.env, PYTHONPATH: path.join(CLIENTS, 'python/src') };
    const { stdout } = await run(python, [path.join(ROOT, 'test/clients/labels.py')], { ...place, env });
    const { id } = JSON.parse(stdout) as { id: string };
    const { items } = await platform.json<{ items: { frame: number }[] }>(`/v1/runs/${id}/prompts`);
    expect(items.map(({ frame }) => frame)).toEqual([0, 3, 6]);
    const drawn = pixelsOf(await platform.maskOf(id, 3)).samples;
    expect(drawn.filter((label) => label === 1)).toHaveLength(20 * 30);
  });

  it.each(['supervision', 'datumaro'])(
    'in Python gives its masks to %s, as the page on clients shows',
    async (name) => {
      const environment = path.join(ROOT, 'scripts/python-env.mjs');
      const { stdout: formats } = await run(process.execPath, [environment, 'formats']);
      if (formats.trim() === '') return;
      await platform.succeededRun(clip);
      const place = workplace(name);
      writeFileSync(path.join(place.cwd, 'run.py'), shownProgram(path.join(ROOT, 'docs/clients.md'), `python ${name}`));
      const env = { ...place.env, PYTHONPATH: path.join(CLIENTS, 'python/src') };
      const { stdout } = await run(formats.trim(), ['run.py'], { ...place, env });
      expect(stdout.trim()).toBe('8 frames, 16 masks');
    },
  );

  it('shows masks in the notebook of the quickstart', async () => {
    if (python === null) return;
    const place = workplace('notebook');
    const env = { ...place.env, PYTHONPATH: path.join(CLIENTS, 'python/src') };
    const notebook = path.join(ROOT, 'examples/quickstart.ipynb');
    await run(python, [path.join(ROOT, 'test/clients/run_notebook.py'), notebook, 'out.ipynb'], { ...place, env });
    type Cell = { outputs?: { data?: Record<string, string> }[] };
    const { cells } = JSON.parse(readFileSync(path.join(place.cwd, 'out.ipynb'), 'utf8')) as { cells: Cell[] };
    const pictures = cells.flatMap(({ outputs = [] }) => outputs.flatMap(({ data }) => data?.['image/png'] ?? []));
    expect(pictures).toHaveLength(4);
    for (const picture of pictures) {
      const png = Buffer.from(picture, 'base64');
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([clip.width, clip.height]);
    }
    const masks = JSON.parse(readFileSync(path.join(place.cwd, 'masks.json'), 'utf8')) as { images: object[] };
    expect(masks.images).toHaveLength(8);
    const { cells: committed } = JSON.parse(readFileSync(notebook, 'utf8')) as { cells: Cell[] };
    expect(committed.flatMap(({ outputs = [] }) => outputs)).toEqual([]);
  });

  it('finds no name in the document that a framework made up, and nothing that a generator cannot read', async () => {
    type Operation = { operationId: string; tags: string[]; parameters?: { name: string; schema: object }[] };
    const document = await platform.json<{
      info: { version: string };
      servers: object[];
      tags: { name: string; description: string }[];
      paths: Record<string, Record<string, Operation>>;
    }>('/docs/json');
    expect(document.paths).toEqual(JSON.parse(readFileSync(path.join(ROOT, 'dist/openapi.json'), 'utf8')).paths);
    const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids.filter((id) => !/^[a-z][A-Za-z]+$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(['createRun', 'getRun', 'getMask', 'registerModelVersion']));
    const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(document.info.version).toBe(version);
    expect(document.servers).toHaveLength(1);
    expect(document.tags.map(({ name }) => name)).toEqual([
      'runs',
      'videos',
      'webhooks',
      'models',
      'training',
      'session',
      'admin',
      'health',
    ]);
    expect(document.tags.every(({ description }) => description.endsWith('.'))).toBe(true);
    const tags = new Set(operations.flatMap((operation) => operation.tags));
    expect([...tags].filter((tag) => !document.tags.some(({ name }) => name === tag))).toEqual([]);
    expect(JSON.stringify(document)).not.toMatch(/"items":(false|true)|"prefixItems"/);
    const counted = operations.flatMap(({ parameters = [] }) =>
      parameters.filter(({ name }) => ['limit', 'frame', 'version'].includes(name)),
    );
    expect(counted.length).toBeGreaterThan(10);
    expect(counted.filter(({ schema }) => (schema as { type?: string }).type !== 'integer')).toEqual([]);
  });
});

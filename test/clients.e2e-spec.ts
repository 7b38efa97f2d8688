import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Platform } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { smallClip, type SmallClip } from './support/small-clip';
import { filesOfZip } from './support/zip';

jest.setTimeout(600_000);

const run = promisify(execFile);
const ROOT = path.resolve(__dirname, '..');

/** The program in this language that docs/clients.md shows. */
function shownProgram(language: string): string {
  const page = readFileSync(path.join(ROOT, 'docs/clients.md'), 'utf8');
  const program = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(page)?.[1];
  if (program === undefined) throw new Error(`docs/clients.md shows no program in ${language}`);
  return program;
}

/** The Python that generates clients, made if need be; null without a package index. */
async function clientsPython(): Promise<string | null> {
  const { stdout, stderr } = await run(process.execPath, [path.join(ROOT, 'scripts/python-env.mjs'), 'clients']);
  if (stdout.trim() === '') process.stderr.write(stderr);
  return stdout.trim() || null;
}

describe('a generated client', () => {
  let platform: Platform;
  let clip: SmallClip;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'propago-clients-'));
    clip = await smallClip({ frames: 8 });
    writeFileSync(path.join(folder, 'clip.mp4'), clip.video);
    writeFileSync(path.join(folder, 'mask.png'), clip.mask);
    platform = await sharedPlatform();
    const document = await platform.json('/docs/json');
    writeFileSync(path.join(folder, 'openapi.json'), JSON.stringify(document));
  });
  afterAll(async () => {
    await platform?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a program in the folder and holds what it printed and saved against the API. */
  const makesOneRun = async (program: string, script: string, name: string | null): Promise<void> => {
    const given = [script, platform.url, 'no-key', 'clip.mp4', 'mask.png', 'out'];
    const { stdout } = await run(program, given, { cwd: folder });
    const [id = '', ...rest] = stdout.trim().split(/\s+/);
    expect(rest.join(' ')).toMatch(/^5 8 \[\s*128,\s*192\s*\]$/);
    expect(await platform.run(id)).toMatchObject({ state: 'succeeded', name, preset: 'siammae' });
    const saved = (file: string): Buffer => readFileSync(path.join(folder, 'out', file));
    expect(saved('last.png').equals(await platform.maskOf(id, 7))).toBe(true);
    expect(saved('masks.zip').equals(await platform.bytes(`/v1/runs/${id}/masks.zip`))).toBe(true);
    expect((await filesOfZip(saved('masks.zip'))).size).toBe(8);
    expect(saved('overlay.mp4').equals(await platform.bytes(`/v1/runs/${id}/overlay.mp4`))).toBe(true);
    rmSync(path.join(folder, 'out'), { recursive: true });
  };

  it('in Python makes a run, with every file of it', async () => {
    const python = await clientsPython();
    if (python === null) return;
    const generator = path.join(path.dirname(python), 'openapi-python-client');
    const generate = ['generate', '--path', 'openapi.json', '--meta', 'none', '--output-path', 'propago_client'];
    // It formats what it writes with the ruff beside it.
    const env = { ...process.env, PATH: `${path.dirname(python)}:${process.env.PATH}` };
    const { stdout, stderr } = await run(generator, [...generate, '--fail-on-warning'], { cwd: folder, env });
    expect(`${stdout}${stderr}`).not.toMatch(/warning|error/i);
    writeFileSync(path.join(folder, 'run.py'), shownProgram('python'));
    await makesOneRun(python, 'run.py', 'from Python');
  });

  it('in TypeScript compiles strictly and makes a run, with every file of it', async () => {
    const bin = (name: string): string => path.join(ROOT, 'node_modules/.bin', name);
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
    await run(bin('openapi-typescript'), ['openapi.json', '-o', 'propago.d.ts'], { cwd: folder });
    writeFileSync(path.join(folder, 'run.ts'), shownProgram('ts'));
    const options = ['--strict', '--skipLibCheck', '--module', 'node16', '--target', 'es2022', '--types', 'node'];
    await run(bin('tsc'), [...options, 'run.ts'], { cwd: folder });
    await makesOneRun(process.execPath, 'run.js', null);
  });

  it('has no name that a framework made up, and nothing that a generator cannot read', async () => {
    type Operation = { operationId: string; tags: string[]; parameters?: { name: string; schema: object }[] };
    const document = await platform.json<{
      info: { version: string };
      servers: object[];
      tags: { name: string; description: string }[];
      paths: Record<string, Record<string, Operation>>;
    }>('/docs/json');
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

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { repoRoot } from '@propago/local-stack';
import { startPlatform, type Platform } from './support/platform';
import { smallClip } from './support/small-clip';
import { trainerPython } from './support/training';

const python = trainerPython();
/** A tiny random encoder in exactly the layout of the file that the example names. */
const CHECKPOINT = `
import sys, torch, vit_layouts
torch.manual_seed(0)
torch.save(vit_layouts.dinov2().file, sys.argv[1])
`;

jest.setTimeout(1_800_000);

if (python === null) console.log('importing: skipped, the Python environment of the trainer is not there');

/** The commands of the page's whole example, one a line, without its comments. */
function documentedCommands(): string[] {
  const page = readFileSync(path.join(repoRoot(), 'docs/importing-encoders.md'), 'utf8');
  const [, block] = /## From a file to a run[\s\S]*?```sh\n([\s\S]*?)```/.exec(page)!;
  return block.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

interface Outcome {
  code: number;
  out: string;
}

function call(program: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const options = { cwd: repoRoot(), env: { ...process.env, ...env } };
  return new Promise((resolve) => {
    execFile(program, args, options, (error, out, err) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, out: out + err }),
    );
  });
}

(python === null ? describe.skip : describe)('the page on importing', () => {
  let folder: string;
  let platform: Platform;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'propago-importing-'));
    // Random weights are no good encoder, and on a busy machine the probe clips take minutes.
    const lenient = { VALIDATION_MIN_QUALITY: '0', VALIDATION_MAX_QUALITY_DROP: '1' };
    const patient = { VALIDATION_WALL_SECONDS: '1800', VALIDATION_CPU_SECONDS: '1800' };
    platform = await startPlatform({ ...lenient, ...patient });
  });
  afterAll(async () => {
    await platform?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('leads from a checkpoint to masks by its own commands', async () => {
    const { video, mask, frames } = await smallClip();
    await writeFile(path.join(folder, 'clip.mp4'), video);
    await writeFile(path.join(folder, 'first-frame.png'), mask);
    const layouts = { PYTHONPATH: path.join(repoRoot(), 'services/trainer/tests') };
    const made = await call(python!, ['-c', CHECKPOINT, path.join(folder, 'dinov2_vits14_pretrain.pth')], layouts);
    expect(made).toMatchObject({ code: 0 });

    // The files are this test's own, and so is the platform: on another port than the documented one.
    const inFolder = (command: string) =>
      command
        .replace(
          /\b(dinov2_vits14_pretrain\.pth|dinov2-s14\.onnx|clip\.mp4|first-frame\.png|out\/dinov2)/g,
          `${folder}/$1`,
        )
        .replace('http://127.0.0.1:8080', platform.url);
    const [importing, registering, running, ...rest] = documentedCommands().map(inFolder);
    expect(rest).toEqual([]);

    const imported = await call('bash', ['-c', importing], { TRAINER_PYTHON: python! });
    expect(imported).toMatchObject({
      code: 0,
      out: expect.stringContaining('by its marks the file is of the format dinov2'),
    });
    expect(imported.out).toContain(`npx propago models register ${folder}/dinov2-s14.onnx`);
    const registered = await call('bash', ['-c', `${registering} --server ${platform.url}`]);
    expect(registered).toMatchObject({ code: 0, out: expect.stringContaining('dinov2:1 is READY') });
    const run = await call('bash', ['-c', running]);
    expect(run).toMatchObject({ code: 0 });
    expect(await readdir(path.join(folder, 'out/dinov2/masks'))).toHaveLength(frames.length);
  });

  it('refuses a file that is an ONNX model already, naming the command that registers it', async () => {
    const encoder = path.join(repoRoot(), 'encoders/colour-descriptor.onnx');
    const refused = await call(
      'npm',
      ['run', '--silent', 'import:encoder', '--', encoder, '-o', path.join(folder, 'x.onnx')],
      {
        TRAINER_PYTHON: python!,
      },
    );
    expect(refused).toMatchObject({ code: 2, out: expect.stringContaining(`npx propago models register ${encoder}`) });
  });
});

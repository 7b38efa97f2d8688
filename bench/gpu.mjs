// Every figure of this project that needs a GPU, on a machine with one card, in less than ten minutes:
//   npm run setup && node bench/gpu.mjs [--minutes 10] [--out gpu-report.txt]
// Needs the build in dist/ and a Python with PyTorch for the card (TRAINER_PYTHON, else the trainer's environment, else
// python3). WebGPU needs the Vulkan loader and its driver; CUDA needs ONNX Runtime's provider beside its library (see
// docs/operations.md) and finds cuBLAS and cuDNN in PyTorch's packages. What cannot be measured is named, with the reason.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const TRAINER = path.join(ROOT, 'services/trainer');
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' }, out: { type: 'string' } } });
const end = Date.now() + Number(values.minutes) * 60_000;
const folder = mkdtempSync(path.join(tmpdir(), 'propago-gpu-'));
const report = [];

function say(line) {
  report.push(line);
  console.log(line);
}

const python = [process.env.TRAINER_PYTHON, path.join(ROOT, '.propago/trainer/venv/bin/python'), 'python3'].find(
  (program) => program && (!program.includes('/') || existsSync(program)),
);

/** What the card's libraries are in PyTorch's packages, for ONNX Runtime's CUDA provider. */
function cudaLibraries() {
  const script =
    'import glob, site, sys; print(":".join(sorted({f.rsplit("/", 1)[0] for s in sys.path if s.endswith("site-packages") ' +
    'for f in glob.glob(s + "/nvidia/**/lib/*.so*", recursive=True)})))';
  return spawnSync(python, ['-c', script], { encoding: 'utf8' }).stdout?.trim() ?? '';
}

/** Runs one part within its limit and shows its last lines; resolves to whether it went well. */
async function part(title, seconds, program, args, { cwd = ROOT, env = {}, lines = 12 } = {}) {
  const left = (end - Date.now()) / 1000;
  if (left < seconds) {
    say(`SKIPPED ${title}: ${seconds} s are needed, ${Math.max(0, left).toFixed(0)} s are left`);
    return false;
  }
  const start = Date.now();
  // A group of its own: what a part has started ends with it.
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const late = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), seconds * 1000);
  const how = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ? `stopped after ${seconds} s` : code));
  });
  clearTimeout(late);
  const took = ((Date.now() - start) / 1000).toFixed(0);
  say(how === 0 ? `${title} (${took} s)` : `FAILED ${title} (${took} s): ${how}`);
  for (const line of output.trim().split('\n').slice(-lines)) say(`  ${line.slice(0, 600)}`);
  return how === 0;
}

const trainer = (title, seconds, args, options) =>
  part(title, seconds, python, ['-m', 'propago_trainer', ...args], { cwd: TRAINER, ...options });

async function training() {
  await part('trainer: tests on the card', 120, python, ['-m', 'pytest', '-q', '-m', 'cuda'], {
    cwd: TRAINER,
    lines: 4,
  });
  await trainer('trainer: parts of the generator', 60, ['bench-generator']);
  const run = path.join(folder, 'run');
  const network = ['arch=conv', 'conv_width=256', 'conv_dim=128', 'siammae=0', 'correspondence=1', 'clip_gradient=1'];
  const clips = ['image=224', 'frames=4', 'batch=64', 'micro_batch=64', 'repeat=1', 'workers=2'];
  const settings = [...network, ...clips, 'steps=200', 'warmup_steps=20', 'compile=true', 'device=cuda', `out=${run}`];
  await trainer('trainer: 200 steps at width 256', 120, ['train', ...settings], { lines: 6 });
}

/** A ViT-S/16 with random weights, which are as fast as good ones. */
async function exportedVit() {
  const [run, file] = [path.join(folder, 'vit'), path.join(folder, 'vit-small.onnx')];
  const few = ['size=small', 'patch=16', 'steps=1', 'warmup_steps=0', 'batch=2', 'micro_batch=2', 'textures=20'];
  const trained = await trainer('a ViT-S/16', 60, ['train', `out=${run}`, ...few, 'workers=0', 'device=cpu'], {
    lines: 1,
  });
  return trained && (await trainer('its export', 60, ['export', run, '-o', file], { lines: 1 })) ? file : undefined;
}

async function inference() {
  const bench = path.join(ROOT, 'dist/bench/encoder.js');
  if (!existsSync(bench)) return say('SKIPPED inference: dist/ is missing; npm run setup makes it');
  const vit = await exportedVit();
  const convolutions = ['conv-descriptor-fp32', 'conv-descriptor'].map((name) =>
    path.join(ROOT, `encoders/${name}.onnx`),
  );
  const encoders = [...(vit ? [[vit, '480x880']] : []), ...convolutions.map((file) => [file, '480x832'])];
  const libraries = [cudaLibraries(), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  for (const provider of ['cuda', 'webgpu']) {
    for (const [encoder, size] of encoders) {
      const args = [bench, '--encoder', encoder, '--provider', provider, '--size', size, '--operators'];
      const title = `${provider}: ${path.basename(encoder)} ${size}`;
      const env = provider === 'cuda' ? { LD_LIBRARY_PATH: libraries } : {};
      await part(title, 30, process.execPath, args, { env, lines: 20 });
    }
  }
}

try {
  const card = spawnSync('nvidia-smi', ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader']);
  say(`card: ${card.status === 0 ? card.stdout.toString().trim() : 'nvidia-smi finds none'}`);
  await part('PyTorch as the limit', 60, python, [path.join(ROOT, 'bench/gpu_peer.py')]);
  await inference();
  await training();
} finally {
  rmSync(folder, { recursive: true, force: true });
  if (values.out) writeFileSync(values.out, `${report.join('\n')}\n`);
}

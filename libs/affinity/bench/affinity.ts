import { mkdirSync, openSync, readFileSync, readSync, closeSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { backendStates } from '../src/create-engine';
import { Backend } from '../src/engine';
import { loadAddon } from '../src/native/addon';
import { CLASSES, measure, pairsOf, Size, SIZES } from './measure';
import { syntheticVideo } from './synthetic-video';

const DIM = 384;

const USAGE = `npm run bench:affinity -- [options]
  --sizes a8,a21,b8,b21   problems (see docs/affinity-bound.md)
  --features DIR          read DIR/{a,b}_KIND.bin: fp32, 22 frames x patches x 384; otherwise the bench makes its own
  --kind med              KIND of those files
  --labels DIR            read DIR/labels_SIZE.bin: fp32, frames x patches x 4; otherwise the bench makes its own
  --threads 2             one number or several
  --backend auto          one backend, several, or all
  --runs 5                measured runs; the table gives medians
  --dump DIR              write the labels as DIR/SIZE_BACKEND.bin: fp32, patches x 4
  --json                  one JSON line per row
`;

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: 'a8,a21,b8,b21' },
    features: { type: 'string' },
    kind: { type: 'string', default: 'med' },
    labels: { type: 'string' },
    threads: { type: 'string', default: '2' },
    backend: { type: 'string', default: 'auto' },
    runs: { type: 'string', default: '5' },
    dump: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function chosenBackends(): Backend[] {
  const usable = backendStates().filter(({ reason }) => !reason);
  if (values.backend === 'auto') return [usable.at(-1)!.name];
  if (values.backend === 'all') return usable.map(({ name }) => name);
  return values.backend.split(',') as Backend[];
}

/** Frames as the files or the generator give them, the same array for the same frame. */
function frameSource(size: Size): (frame: number) => Float32Array {
  const make = values.features
    ? fileFrames(join(values.features, `${size.features}_${values.kind}.bin`), size)
    : syntheticVideo(size.grid, DIM);
  const frames = new Map<number, Float32Array>();
  return (frame) => {
    if (!frames.has(frame)) frames.set(frame, make(frame));
    return frames.get(frame)!;
  };
}

function fileFrames(path: string, { grid }: Size): (frame: number) => Float32Array {
  return (frame) => {
    const features = new Float32Array(grid.rows * grid.cols * DIM);
    const file = openSync(path, 'r');
    readSync(file, features, 0, features.byteLength, frame * features.byteLength);
    closeSync(file);
    return features;
  };
}

function labelsOf(name: string, size: Size): Float32Array {
  const length = size.frames * size.grid.rows * size.grid.cols * CLASSES;
  if (values.labels) {
    const bytes = readFileSync(join(values.labels, `labels_${name}.bin`));
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 4 * length));
  }
  const labels = new Float32Array(length);
  for (let i = 0; i < length; i += CLASSES) {
    const row = Array.from({ length: CLASSES }, (_, c) => Math.exp(3 * Math.sin(i * 0.7 + c * 2.1)));
    const sum = row.reduce((a, b) => a + b);
    row.forEach((value, c) => (labels[i + c] = value / sum));
  }
  return labels;
}

/** fp32 GFLOP/s of all threads, from the best of three; 0 without the addon. */
function peakOf(threads: number): number {
  const addon = loadAddon();
  if ('reason' in addon) return 0;
  return Math.max(...[1, 2, 3].map(() => addon.peak(threads))) / 1e9;
}

async function main(): Promise<void> {
  if (values.help) return void process.stdout.write(USAGE);
  for (const name of values.sizes.split(',')) {
    const size = SIZES[name];
    if (!size) throw new Error(`There is no size ${name}; sizes are ${Object.keys(SIZES).join(', ')}`);
    const pairs = pairsOf(size);
    const gflop = (pairs * 2 * DIM) / 1e9;
    const frame = frameSource(size);
    const labels = labelsOf(name, size);
    for (const threads of values.threads.split(',').map(Number)) {
      const peak = peakOf(threads);
      for (const backend of chosenBackends()) {
        const result = await measure(backend, threads, size, DIM, frame, labels, Number(values.runs));
        const patches = size.grid.rows * size.grid.cols;
        report({
          size: name,
          backend,
          threads,
          wall_ms: result.wallMs,
          cpu_ms_per_thread: result.cpuMs,
          loop_lag_ms: result.lagMs,
          useful_gflops: gflop / (result.cpuMs / 1000),
          fp32_peak_gflops: peak,
          times_faster_than_ideal_fp32: peak ? ((gflop / peak) * 1000) / result.cpuMs : 0,
          survivors_percent: result.survivors === undefined ? 100 : (100 * result.survivors) / pairs,
          scored_per_query: (result.scored ?? pairs) / patches,
        });
        if (values.dump) {
          mkdirSync(values.dump, { recursive: true });
          writeFileSync(join(values.dump, `${name}_${backend}.bin`), new Uint8Array(result.labels.buffer));
        }
      }
    }
  }
}

let headed = false;

function report(row: Record<string, string | number>): void {
  const shown = Object.entries(row).map(([key, value]) => [
    key,
    typeof value === 'number' ? Number(value.toPrecision(4)) : value,
  ]);
  if (values.json) return void process.stdout.write(`${JSON.stringify(Object.fromEntries(shown))}\n`);
  const widths = shown.map(([key]) => Math.max(String(key).length, 8));
  const line = (cells: unknown[]) => `${cells.map((cell, i) => String(cell).padEnd(widths[i])).join('  ')}\n`;
  if (!headed) process.stdout.write(line(shown.map(([key]) => key)));
  headed = true;
  process.stdout.write(line(shown.map(([, value]) => value)));
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});

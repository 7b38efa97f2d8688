import { closeSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { backendStates } from '../src/create-engine';
import { Backend, Path } from '../src/engine';
import { loadAddon } from '../src/native/addon';
import { Content, FrameSource, kept, withContent } from './content';
import { encodedFrames } from './encoded-frames';
import { CLASSES, framesOf, GRIDS, measure, pairsOf, SIZES, Variant, waveLabels } from './measure';
import { Row, table } from './report';
import { scaling } from './scaling';
import { syntheticVideo } from './synthetic-video';

const DIM = 384;

const USAGE = `npm run bench:affinity -- [options]
  --sizes a8,a21,b8,b21   problems (see docs/affinity-bound.md)
  --features DIR          read DIR/{a,b}_KIND.bin: fp32, 22 frames x patches x 384; otherwise the bench makes its own
  --kind med              KIND of those files
  --labels DIR            read DIR/labels_SIZE.bin: fp32, frames x patches x 4; otherwise the bench makes its own
  --encoder FILE.onnx     features of an encoder instead; 'random-vit-s': of a ViT-S/16 with random weights
  --frames DIR            its 22 images; b is the grid of twice their size
  --content video         what is made of these features, one or several: video, static, blurred, flat, faded, black,
                          noise, constant
  --threads 2             one number or several
  --backend auto          one backend, several, or all
  --path auto             how pairs are judged, one or several: auto, filter, fused, exact
  --runs 5                measured runs; the table gives medians
  --dump DIR              write the labels as DIR/SIZE_BACKEND.bin: fp32, patches x 4
  --scaling               instead: cost against threads, grid, radius, frames, dim and length of the video, and memory
  --figure FILE.svg       of --scaling
  --json                  one JSON line per row
`;

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: 'a8,a21,b8,b21' },
    features: { type: 'string' },
    kind: { type: 'string', default: 'med' },
    labels: { type: 'string' },
    encoder: { type: 'string' },
    frames: { type: 'string' },
    content: { type: 'string', default: 'video' },
    threads: { type: 'string', default: '2' },
    backend: { type: 'string', default: 'auto' },
    path: { type: 'string', default: 'auto' },
    runs: { type: 'string', default: '5' },
    dump: { type: 'string' },
    scaling: { type: 'boolean', default: false },
    figure: { type: 'string' },
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

function sizes(): (typeof SIZES)[string][] {
  return values.sizes.split(',').map((name) => {
    if (!SIZES[name]) throw new Error(`There is no size ${name}; sizes are ${Object.keys(SIZES).join(', ')}`);
    return SIZES[name];
  });
}

/** Frames as the encoder, the files or the generator give them. */
async function sourceOf(letter: 'a' | 'b'): Promise<FrameSource> {
  if (values.encoder) {
    if (!values.frames) throw new Error('--encoder needs --frames');
    const wanted = sizes().filter(({ grid }) => grid === letter);
    const indices = new Set(wanted.flatMap((size) => framesOf(size)));
    return encodedFrames(values.encoder, values.frames, letter === 'a' ? 1 : 2, indices);
  }
  const grid = GRIDS[letter];
  const frame = values.features
    ? fileFrames(join(values.features, `${letter}_${values.kind}.bin`), grid.rows * grid.cols * DIM)
    : syntheticVideo(grid, DIM);
  return kept({ grid, dim: DIM, frame });
}

function fileFrames(path: string, length: number): (frame: number) => Float32Array {
  return (frame) => {
    const features = new Float32Array(length);
    const file = openSync(path, 'r');
    readSync(file, features, 0, features.byteLength, frame * features.byteLength);
    closeSync(file);
    return features;
  };
}

function fileLabels(path: string, length: number): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 4 * length));
}

/** fp32 GFLOP/s of all threads, from the best of three; 0 without the addon. */
function peakOf(threads: number, narrow: boolean): number {
  const addon = loadAddon();
  if ('reason' in addon) return 0;
  return Math.max(...[1, 2, 3].map(() => addon.peak(threads, narrow))) / 1e9;
}

const print = table(values.json);

async function compare(name: string, source: FrameSource, content: Content): Promise<void> {
  const size = SIZES[name];
  const { grid, dim } = source;
  const pairs = pairsOf(grid, size);
  const gflop = (pairs * 2 * dim) / 1e9;
  const labels = values.labels
    ? fileLabels(join(values.labels, `labels_${name}.bin`), size.frames * grid.rows * grid.cols * CLASSES)
    : waveLabels(size.frames, grid);
  for (const threads of values.threads.split(',').map(Number)) {
    const peak = peakOf(threads, false);
    const narrow = peakOf(threads, true);
    const variants: Variant[] = chosenBackends().flatMap((backend) =>
      values.path.split(',').map((path) => ({ backend, threads, path: path as Path })),
    );
    const results = await measure(variants, size, withContent(source, content), labels, Number(values.runs));
    results.forEach((result, i) => {
      const { backend, path } = variants[i];
      const row: Row = {
        size: name,
        content,
        backend,
        path,
        threads,
        wall_ms: result.wallMs,
        cpu_ms_per_thread: result.cpuMs,
        loop_lag_ms: result.lagMs,
        useful_gflops: gflop / (result.cpuMs / 1000),
        fp32_peak: peak,
        x_ideal_fp32: peak && ((gflop / peak) * 1000) / result.cpuMs,
        fp32_256bit_peak: narrow,
        x_ideal_256bit: narrow && ((gflop / narrow) * 1000) / result.cpuMs,
        survivors_percent: result.survivors === undefined ? 100 : (100 * result.survivors) / pairs,
        scored_per_query: (result.scored ?? pairs) / (grid.rows * grid.cols),
      };
      print(row);
      if (values.dump) {
        mkdirSync(values.dump, { recursive: true });
        writeFileSync(join(values.dump, `${name}_${backend}.bin`), new Uint8Array(result.labels.buffer));
      }
    });
  }
}

async function main(): Promise<void> {
  if (values.help) return void process.stdout.write(USAGE);
  if (values.scaling) return scaling(chosenBackends()[0], Number(values.runs), print, values.figure);
  const sources = new Map<string, FrameSource>();
  const names = values.sizes.split(',');
  for (const [i, { grid }] of sizes().entries()) {
    if (!sources.has(grid)) sources.set(grid, await sourceOf(grid));
    for (const content of values.content.split(',')) await compare(names[i], sources.get(grid)!, content as Content);
  }
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});

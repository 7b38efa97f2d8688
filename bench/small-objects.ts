import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { createEngine } from '@propago/affinity';
import { DEFAULT_PRESET, PRESET_NAMES, PRESETS, type PresetName } from '@propago/contracts';
import { inputSize, loadEncoderCard, openEncoder } from '@propago/encoder';
import { labelsToGrid, softLabelsToLabelMap } from '@propago/labels';
import { PassWalk } from '@propago/passes';
import { resizeRgb } from '@propago/video';

/** From this program in dist/, in a clone and in the services' image alike. */
const DEFAULT_ENCODER = path.resolve(__dirname, '../../encoders/conv-descriptor.onnx');
/** Thickness of the objects, px of the video; each is a class. */
const THICKNESSES = [1, 2, 3, 4, 6, 8, 12, 16];
const LINE_LENGTH = 50;
const FRAMES = 7;
const SEEDS = [1, 2, 3];
const COLOURS = [
  [230, 40, 40],
  [40, 220, 60],
  [50, 60, 230],
  [235, 220, 40],
  [220, 50, 220],
  [40, 220, 220],
  [250, 250, 250],
  [15, 15, 15],
] as const;

interface Size {
  width: number;
  height: number;
}
type Shape = 'square' | 'line';
interface Frame {
  rgb: Buffer;
  labels: Uint8Array;
}
interface Options {
  encoder: string;
  preset: PresetName;
  size: Size;
  shortSide?: number;
}

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

/** Smooth noise, 0 to 1, with cells of so many pixels. */
function noise(seed: number, { width, height }: Size, cell: number): (x: number, y: number) => number {
  const next = random(seed);
  const [columns, rows] = [Math.ceil(width / cell) + 3, Math.ceil(height / cell) + 3];
  const grid = Float32Array.from({ length: columns * rows }, next);
  return (x, y) => {
    const [column, row] = [Math.floor(x / cell), Math.floor(y / cell)];
    const [right, down] = [x / cell - column, y / cell - row];
    const at = (c: number, r: number): number => grid[r * columns + c]!;
    const upper = at(column, row) * (1 - right) + at(column + 1, row) * right;
    return upper * (1 - down) + (at(column, row + 1) * (1 - right) + at(column + 1, row + 1) * right) * down;
  };
}

/** Objects of all thicknesses that move up to 2 px a frame over a textured ground, which moves too. */
function* clip(seed: number, size: Size, shape: Shape): Generator<Frame> {
  const { width, height } = size;
  const [coarse, fine] = [23, 7].map((cell) =>
    [0, 1, 2].map((channel) => noise(seed * cell + channel + 1, size, cell)),
  );
  const next = random(seed * 97 + 3);
  const objects = THICKNESSES.map((thickness, i) => ({
    thickness,
    colour: COLOURS[(i + seed) % COLOURS.length]!,
    x: (((i % 4) + 0.5) * width) / 4 + (next() - 0.5) * 10,
    y: ((Math.floor(i / 4) + 0.5) * height) / 2 + (next() - 0.5) * 10,
    speed: { x: (next() - 0.5) * 4, y: (next() - 0.5) * 4 },
    angle: shape === 'line' ? next() * Math.PI : 0,
    length: shape === 'line' ? LINE_LENGTH : thickness,
  }));
  for (let frame = 0; frame < FRAMES; frame++) {
    const rgb = Buffer.alloc(width * height * 3);
    const labels = new Uint8Array(width * height);
    for (let i = 0; i < labels.length; i++) {
      const [x, y] = [i % width, Math.floor(i / width)];
      for (let c = 0; c < 3; c++) rgb[3 * i + c] = 60 + 100 * coarse![c]!(x + frame, y) + 40 * fine![c]!(x + frame, y);
      objects.forEach(({ thickness, colour, speed, angle, length, ...start }, object) => {
        const [dx, dy] = [x - start.x - speed.x * frame, y - start.y - speed.y * frame];
        const along = dx * Math.cos(angle) + dy * Math.sin(angle);
        const across = dy * Math.cos(angle) - dx * Math.sin(angle);
        // Half open, so that an upright square has exactly its thickness.
        const inside = (offset: number, extent: number): boolean => offset >= -extent / 2 && offset < extent / 2;
        if (!inside(along, length) || !inside(across, thickness)) return;
        labels[i] = object + 1;
        rgb.set(colour, 3 * i);
      });
    }
    yield { rgb, labels };
  }
}

/** IoU of each object in the last frame, mean over the seeds. */
async function measure(shape: Shape, { encoder: file, preset, size, shortSide }: Options): Promise<string[]> {
  const parameters = { ...PRESETS[preset] };
  const rule = shortSide
    ? ({ kind: 'short-side', shortSide, multipleOf: 16, rounding: 'nearest' } as const)
    : parameters.inputSize;
  const card = await loadEncoderCard(file);
  const encoder = await openEncoder({ path: file, card });
  const engine = createEngine({ threads: 1 });
  const input = inputSize(rule, size, card);
  const grid = { rows: input.height / card.patchSize, cols: input.width / card.patchSize };
  const ids = THICKNESSES.map((_, i) => i + 1);
  const scores = ids.map(() => 0);
  for (const seed of SEEDS) {
    const session = engine.createSession({ grid, dim: card.dim, classes: ids.length + 1 }, parameters);
    const walk = new PassWalk(session);
    for (const { rgb, labels } of clip(seed, size, shape)) {
      const pixels = resizeRgb(rgb, size, input, parameters.imageResize);
      const { features } = await encoder.encode(pixels, { count: 1, ...input });
      const prompt = async () => labelsToGrid({ ...size, labels }, ids, grid, parameters.labelResize);
      const { labels: soft } = await walk.next(features, prompt);
      if (walk.step < FRAMES) continue;
      const { channel } = softLabelsToLabelMap(soft, ids.length + 1, grid, input, size, parameters);
      ids.forEach((id, i) => (scores[i]! += intersectionOverUnion(channel, labels, id) / SEEDS.length));
    }
    session.close();
  }
  await engine.close();
  await encoder.close();
  const patch = (card.patchSize * size.height) / input.height;
  return THICKNESSES.map((thickness, i) => `${(thickness / patch).toFixed(2)}: ${scores[i]!.toFixed(2)}`);
}

function intersectionOverUnion(found: Uint8Array, truth: Uint8Array, id: number): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < truth.length; i++) {
    const [a, b] = [found[i] === id, truth[i] === id];
    both += Number(a && b);
    either += Number(a || b);
  }
  return either > 0 ? both / either : 1;
}

function parseSize(text: string): Size {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (!width || !height) throw new InvalidArgumentError('expected WIDTHxHEIGHT');
  return { width: Number(width), height: Number(height) };
}

new Command('bench:small-objects')
  .description('How small an object may be: IoU in frame 6 by thickness in patches of the encoder')
  .option('--encoder <onnx>', 'encoder file', DEFAULT_ENCODER)
  .addOption(new Option('--preset <name>').choices(PRESET_NAMES).default(DEFAULT_PRESET))
  .option('--size <size>', 'of the video, px', parseSize, { width: 320, height: 240 })
  .option('--short-side <px>', 'input size instead of the preset’s', Number)
  .action(async (options: Options) => {
    for (const shape of ['square', 'line'] as const) console.log(shape, (await measure(shape, options)).join('  '));
  })
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });

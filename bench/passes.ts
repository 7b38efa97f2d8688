import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import sharp from 'sharp';
import { createEngine, type AffinityEngine, type Features } from '@propago/affinity';
import { PRESETS, type PropagationParameters } from '@propago/contracts';
import { inputSize, loadEncoderCard, openEncoder, type Encoder, type Size } from '@propago/encoder';
import { SequenceScore } from '@propago/evaluation';
import { combineLabels, labelsToGrid, readLabels, softLabelsToLabelMap, type LabelMap } from '@propago/labels';
import { frameAt, PassWalk, stepOf, type Walk } from '@propago/passes';
import { resizeRgb } from '@propago/video';

/** From this program in dist/, in a clone. */
const DEFAULT_ENCODER = path.resolve(__dirname, '../../encoders/conv-descriptor.onnx');
const LIMITS = { maxSide: 16_384, maxPixels: 2 ** 28, maxClasses: 254 };
const PARAMETERS: PropagationParameters = PRESETS.siammae;

interface Sequence {
  size: Size;
  input: Size;
  grid: { rows: number; cols: number };
  dim: number;
  /** patches x dim, by frame. */
  features: Features[];
  truth: LabelMap[];
}

const files = (folder: string): string[] =>
  readdirSync(folder)
    .sort()
    .map((name) => path.join(folder, name));

async function readSequence(root: string, name: string, frames: number, encoder: Encoder): Promise<Sequence> {
  const images = files(path.join(root, 'JPEGImages/480p', name)).slice(0, frames);
  const truth = files(path.join(root, 'Annotations/480p', name))
    .slice(0, frames)
    .map((file) => readLabels(readFileSync(file), LIMITS));
  const features: Features[] = [];
  const size = { width: truth[0]!.width, height: truth[0]!.height };
  const input = inputSize(PARAMETERS.inputSize, size, encoder.card);
  for (const image of images) {
    const rgb = await sharp(image).removeAlpha().raw().toBuffer();
    const pixels = resizeRgb(rgb, size, input, PARAMETERS.imageResize);
    features.push((await encoder.encode(pixels, { count: 1, ...input })).features);
  }
  const { patchSize, dim } = encoder.card;
  return { size, input, grid: { rows: input.height / patchSize, cols: input.width / patchSize }, dim, features, truth };
}

/** Soft labels of a pass by frame. */
async function walk(
  { features, truth, grid, dim }: Sequence,
  pass: Walk & { to: number },
  engine: AffinityEngine,
): Promise<Map<number, Float32Array>> {
  const session = engine.createSession({ grid, dim, classes: 2 }, PARAMETERS);
  const labels = new Map<number, Float32Array>();
  const prompt = (frame: number) => labelsToGrid(truth[frame]!, [1], grid, PARAMETERS.labelResize);
  const walking = new PassWalk(session);
  const last = stepOf(pass, pass.to);
  try {
    for (let step = 0; step <= last; step++) {
      const frame = frameAt(pass, step);
      labels.set(frame, (await walking.next(features[frame]!, async () => prompt(frame))).labels);
    }
  } finally {
    session.close();
  }
  return labels;
}

type Blend = (at: { forward: Float32Array; backward: Float32Array; share: number }) => number;

const meanConfidence = (soft: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < soft.length; i += 2) sum += Math.max(soft[i]!, soft[i + 1]!);
  return sum / (soft.length / 2);
};

/** The share of the backward pass. */
const BLENDS: Record<string, Blend> = {
  'forward only': () => 0,
  'nearest wins': ({ share }) => (share > 0.5 ? 1 : 0),
  linear: ({ share }) => share,
  smoothstep: ({ share }) => share * share * (3 - 2 * share),
  'mean of both': () => 0.5,
  'linear x confidence': ({ forward, backward, share }) => {
    const [a, b] = [(1 - share) * meanConfidence(forward) ** 8, share * meanConfidence(backward) ** 8];
    return b / (a + b);
  },
};

async function scoresOf(sequence: Sequence, gap: number, engine: AffinityEngine): Promise<Record<string, number>> {
  const prompts: number[] = [];
  for (let frame = 0; frame < sequence.truth.length; frame += gap) prompts.push(frame);
  const scores: Record<string, SequenceScore> = {};
  for (let i = 0; i + 1 < prompts.length; i++) {
    const [a, b] = [prompts[i]!, prompts[i + 1]!];
    const forward = await walk(sequence, { direction: 'forward', from: a, to: b - 1 }, engine);
    const backward = await walk(sequence, { direction: 'backward', from: b, to: a + 1 }, engine);
    for (let frame = a + 1; frame < b; frame++) {
      for (const [name, blend] of Object.entries(BLENDS)) {
        const both = { forward: forward.get(frame)!, backward: backward.get(frame)!, share: (frame - a) / (b - a) };
        const share = blend(both);
        const parts = [
          { soft: both.forward, objects: [1], share: 1 - share },
          { soft: both.backward, objects: [1], share },
        ];
        const { soft } = combineLabels([{ objects: [1], parts }], both.forward.length / 2);
        const { size, input, grid } = sequence;
        const { channel } = softLabelsToLabelMap(soft, 2, grid, input, size, PARAMETERS);
        (scores[name] ??= new SequenceScore([1])).add(sequence.truth[frame]!, {
          ...size,
          labels: channel,
        });
      }
    }
  }
  const mean = (score: SequenceScore) => {
    const { J, F } = score.result()[0]!;
    return 50 * (J.mean + F.mean);
  };
  return Object.fromEntries(Object.entries(scores).map(([name, score]) => [name, mean(score)]));
}

async function main(): Promise<void> {
  const program = new Command('bench:passes')
    .description('J&F of ways to label the frames between two prompted ones, on sequences in DAVIS layout')
    .requiredOption('--root <folder...>', 'folders in DAVIS layout')
    .option('--encoder <file>', 'ONNX file with its card', DEFAULT_ENCODER)
    .option('--frames <n>', 'frames of each sequence', Number, 41)
    .option('--gap <n...>', 'frames from one prompt to the next', '20')
    .parse();
  const options = program.opts<{ root: string[]; encoder: string; frames: number; gap: string[] | string }>();
  const encoder = await openEncoder({
    path: options.encoder,
    card: await loadEncoderCard(options.encoder),
    intraOpThreads: 2,
  });
  const engine = createEngine({ threads: 2 });
  const all = new Map<string, number[]>();
  for (const root of options.root) {
    for (const name of readdirSync(path.join(root, 'JPEGImages/480p')).sort()) {
      const sequence = await readSequence(root, name, options.frames, encoder);
      for (const gap of [options.gap].flat().map(Number)) {
        const scores = await scoresOf(sequence, gap, engine);
        console.log(name, gap, JSON.stringify(scores));
        for (const [kind, score] of Object.entries(scores)) {
          const key = `${path.basename(root)}, prompts every ${gap}, ${kind}`;
          all.set(key, [...(all.get(key) ?? []), score]);
        }
      }
    }
  }
  for (const [key, values] of [...all].sort()) {
    console.log(`${key}: ${(values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(2)}`);
  }
  await engine.close();
  await encoder.close();
}

void main();

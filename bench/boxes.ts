import path from 'node:path';
import { Command } from 'commander';
import { createEngine, type AffinityEngine } from '@propago/affinity';
import { PRESETS, type PropagationParameters } from '@propago/contracts';
import type { LabelFrame } from '@propago/evaluation';
import { softLabelsToLabelMap } from '@propago/labels';
import { boxOf, type Box } from './box-of-mask';
import { ClipReader, DEFAULT_ENCODER, sequencesOf, walkPass, type DavisClip } from './davis-clip';

const PARAMETERS: PropagationParameters = PRESETS.siammae;

/** Whether a pixel belongs to the object; x and y are its place in the box, -1 to 1. */
const SHAPES: Record<string, (x: number, y: number) => boolean> = {
  box: () => true,
  'box x 0.8': (x, y) => Math.max(Math.abs(x), Math.abs(y)) <= 0.8,
  ellipse: (x, y) => x * x + y * y <= 1,
  'ellipse x 0.8': (x, y) => x * x + y * y <= 0.64,
};

/** Which rows and columns count for the box that comes back; FAINT_SHARE of integrations/label-studio is one of these. */
const THRESHOLDS = [0, 0.05, 0.1, 0.2];

function iou(a: Box | null, b: Box | null): number {
  if (!a || !b) return a === b ? 1 : 0;
  const area = ([left, top, right, bottom]: Box) => Math.max(0, right - left) * Math.max(0, bottom - top);
  const both: Box = [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])];
  const shared = both[2] > both[0] && both[3] > both[1] ? area(both) : 0;
  return shared / (area(a) + area(b) - shared);
}

function drawn([left, top, right, bottom]: Box, shape: string, { width, height }: DavisClip['size']): LabelFrame {
  const labels = new Uint8Array(width * height);
  const across = (at: number, from: number, to: number) => (2 * (at + 0.5 - from)) / (to - from) - 1;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      if (SHAPES[shape]!(across(x, left, right), across(y, top, bottom))) labels[y * width + x] = 1;
    }
  }
  return { width, height, labels };
}

/** Mean IoU of the boxes of all frames but the first, for each threshold. */
async function scoresOf(clip: DavisClip, shape: string | null, engine: AffinityEngine): Promise<number[]> {
  const first = boxOf(clip.truth[0]!)!;
  const said = shape === null ? undefined : drawn(first, shape, clip.size);
  const to = clip.truth.length - 1;
  const walked = await walkPass(clip, { direction: 'forward', from: 0, to }, engine, PARAMETERS, said);
  const sums = THRESHOLDS.map(() => 0);
  for (let frame = 1; frame <= to; frame++) {
    const { channel } = softLabelsToLabelMap(walked.get(frame)!, 2, clip.grid, clip.input, clip.size, PARAMETERS);
    const truth = boxOf(clip.truth[frame]!);
    for (const [i, threshold] of THRESHOLDS.entries()) {
      sums[i]! += iou(truth, boxOf({ ...clip.size, labels: channel }, threshold)) / to;
    }
  }
  return sums;
}

async function main(): Promise<void> {
  const program = new Command('bench:boxes')
    .description('IoU of the boxes that come back for a box of the first frame, by the mask that is made of it')
    .requiredOption('--root <folder...>', 'folders in DAVIS layout')
    .option('--frames <n>', 'frames of each sequence', Number, 25)
    .option('--cache <folder>', 'keep features there, so that no picture is encoded twice')
    .parse();
  const options = program.opts<{ root: string[]; frames: number; cache?: string }>();
  const clips = await ClipReader.open(DEFAULT_ENCODER, PARAMETERS, options.cache);
  const engine = createEngine({ threads: 2 });
  const all = new Map<string, number[][]>();
  for (const root of options.root) {
    for (const name of sequencesOf(root)) {
      const clip = await clips.read(root, name, options.frames);
      for (const shape of [null, ...Object.keys(SHAPES)]) {
        const scores = await scoresOf(clip, shape, engine);
        console.log(name, shape ?? 'mask', scores.map((score) => score.toFixed(3)).join(' '));
        const key = `${path.basename(root)}, ${shape ?? 'the true mask'}`;
        all.set(key, [...(all.get(key) ?? []), scores]);
      }
    }
  }
  console.log(`rows and columns count that hold a share of the fullest of ${THRESHOLDS.join(', ')}`);
  for (const [key, scores] of all) {
    const means = THRESHOLDS.map((_, i) => scores.reduce((sum, score) => sum + score[i]!, 0) / scores.length);
    console.log(`${key}: ${means.map((mean) => mean.toFixed(3)).join(' ')}`);
  }
  await engine.close();
  await clips.close();
}

void main();

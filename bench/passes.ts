import path from 'node:path';
import { Command } from 'commander';
import { createEngine, type AffinityEngine } from '@propago/affinity';
import { PRESETS, type PropagationParameters } from '@propago/contracts';
import { SequenceScore } from '@propago/evaluation';
import { combineLabels, softLabelsToLabelMap } from '@propago/labels';
import { ClipReader, DEFAULT_ENCODER, sequencesOf, walkPass, type DavisClip } from './davis-clip';

const PARAMETERS: PropagationParameters = PRESETS.siammae;

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

async function scoresOf(sequence: DavisClip, gap: number, engine: AffinityEngine): Promise<Record<string, number>> {
  const prompts: number[] = [];
  for (let frame = 0; frame < sequence.truth.length; frame += gap) prompts.push(frame);
  const scores: Record<string, SequenceScore> = {};
  for (let i = 0; i + 1 < prompts.length; i++) {
    const [a, b] = [prompts[i]!, prompts[i + 1]!];
    const forward = await walkPass(sequence, { direction: 'forward', from: a, to: b - 1 }, engine, PARAMETERS);
    const backward = await walkPass(sequence, { direction: 'backward', from: b, to: a + 1 }, engine, PARAMETERS);
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
    .option('--cache <folder>', 'keep features there, so that no picture is encoded twice')
    .option('--frames <n>', 'frames of each sequence', Number, 41)
    .option('--gap <n...>', 'frames from one prompt to the next', '20')
    .parse();
  const options = program.opts<{
    root: string[];
    encoder: string;
    cache?: string;
    frames: number;
    gap: string[] | string;
  }>();
  const clips = await ClipReader.open(options.encoder, PARAMETERS, options.cache);
  const engine = createEngine({ threads: 2 });
  const all = new Map<string, number[]>();
  for (const root of options.root) {
    for (const name of sequencesOf(root)) {
      const sequence = await clips.read(root, name, options.frames);
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
  await clips.close();
}

void main();

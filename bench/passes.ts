import path from 'node:path';
import { Command } from 'commander';
import { createEngine, type AffinityEngine } from '@propago/affinity';
import { PRESETS, type PropagationParameters } from '@propago/contracts';
import { SequenceScore } from '@propago/evaluation';
import { combineLabels, softLabelsToLabelMap } from '@propago/labels';
import { ClipReader, DEFAULT_ENCODER, sequencesOf, walkPass, type DavisClip } from './davis-clip';

const PARAMETERS: PropagationParameters = PRESETS.siammae;

/** Soft labels of both passes on one frame, patches x 2, and the share of the backward pass by the distance. */
interface Both {
  forward: Float32Array;
  backward: Float32Array;
  share: number;
}

type Blend = (both: Both) => Float32Array;

const meanConfidence = (soft: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < soft.length; i += 2) sum += Math.max(soft[i]!, soft[i + 1]!);
  return sum / (soft.length / 2);
};

/** One minus the drift of the mask that these labels alone give, on the patch grid. */
function certainty(soft: Float32Array): number {
  let [inside, area, outside] = [0, 0, 0];
  for (let i = 0; i < soft.length; i += 2) {
    const label = soft[i + 1]!;
    if (label > soft[i]!) {
      inside += label;
      area++;
    } else outside += label;
  }
  return inside / Math.max(area + outside, Number.MIN_VALUE);
}

/** The arithmetic mean, with another share of the backward pass. */
const withShare =
  (shareOf: (both: Both) => number): Blend =>
  (both) => {
    const share = shareOf(both);
    return both.forward.map((label, i) => (1 - share) * label + share * both.backward[i]!);
  };

/** What the platform does. */
const geometric: Blend = ({ forward, backward, share }) => {
  const parts = [
    { soft: forward, objects: [1], share: 1 - share },
    { soft: backward, objects: [1], share },
  ];
  return combineLabels([{ objects: [1], parts }], forward.length / 2).soft;
};

/** The share of the backward pass when each pass counts by its distance and by a weight. */
const weighted = (share: number, forward: number, backward: number): number => {
  const [a, b] = [(1 - share) * forward, share * backward];
  return a + b > 0 ? b / (a + b) : share;
};

const BLENDS: Record<string, Blend> = {
  'forward only': withShare(() => 0),
  'nearest wins': withShare(({ share }) => (share > 0.5 ? 1 : 0)),
  linear: withShare(({ share }) => share),
  smoothstep: withShare(({ share }) => share * share * (3 - 2 * share)),
  'mean of both': withShare(() => 0.5),
  'linear x confidence': withShare(({ forward, backward, share }) =>
    weighted(share, meanConfidence(forward) ** 8, meanConfidence(backward) ** 8),
  ),
  'linear x certainty': withShare(({ forward, backward, share }) =>
    weighted(share, certainty(forward) ** 4, certainty(backward) ** 4),
  ),
  'linear x confidence of the patch': ({ forward, backward, share }) =>
    forward.map((label, i) => {
      const at = i - (i % 2);
      const confidence = (soft: Float32Array) => Math.max(soft[at]!, soft[at + 1]!) ** 2;
      const own = weighted(share, confidence(forward), confidence(backward));
      return label * (1 - own) + backward[i]! * own;
    }),
  'geometric mean': geometric,
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
        const { size, input, grid } = sequence;
        const { channel } = softLabelsToLabelMap(blend(both), 2, grid, input, size, PARAMETERS);
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

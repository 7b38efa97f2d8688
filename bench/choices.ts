import path from 'node:path';
import { Command } from 'commander';
import { createEngine, type AffinityEngine } from '@propago/affinity';
import { PRESETS, type PropagationParameters } from '@propago/contracts';
import { boundaryF, jaccard } from '@propago/evaluation';
import { combineLabels, softLabelsToLabelMap } from '@propago/labels';
import { FrameSources, passesOf, suggest, type FrameState, type Pass, type PromptSet } from '@propago/passes';
import { ClipReader, DEFAULT_ENCODER, sequencesOf, walkPass, type DavisClip } from './davis-clip';

const PARAMETERS: PropagationParameters = PRESETS.siammae;

/** The mask of one frame against its ground truth, and its drift. */
interface Judged {
  J: number;
  F: number;
  drift: number;
  area: number;
}

type Choose = (prompts: PromptSet, frames: readonly Judged[]) => number | undefined;

const promptedFrames = ({ prompts }: PromptSet): number[] => prompts.map(({ frame }) => frame);

const CHOICES: Record<string, Choose> = {
  suggested: (set, frames) => {
    const states = frames.map(({ drift, area }, frame): FrameState => ({ frame, objects: [{ id: 1, drift, area }] }));
    return suggest(set, states, 1)[0]?.frame;
  },
  worst: (set, frames) => {
    const others = [...frames.keys()].filter((frame) => !promptedFrames(set).includes(frame));
    return others.sort((a, b) => frames[a]!.J - frames[b]!.J || a - b)[0];
  },
  // The middle of the longest stretch; the one after the last prompt counts twice, as labels reach it from one side only.
  even: (set, frames) => {
    const prompted = promptedFrames(set);
    const last = frames.length - 1;
    const stretches = prompted.map((from, i) => {
      const to = prompted[i + 1];
      return to === undefined
        ? { length: 2 * (last - from), middle: Math.round(from + ((last - from) * 2) / 3) }
        : { length: to - from, middle: Math.round((from + to) / 2) };
    });
    return stretches.reduce((best, stretch) => (stretch.length > best.length ? stretch : best)).middle;
  },
};

const setOf = (frames: readonly number[]): PromptSet => ({
  objects: [{ id: 1, kind: 'mask', isTracedBack: true }],
  prompts: [...frames].sort((a, b) => a - b).map((frame) => ({ frame, objects: [1], digest: '' })),
});

/** Masks of one sequence under any prompts; passes and frames that were made before are taken again. */
class CorrectedClip {
  private readonly passes = new Map<string, Promise<Map<number, Float32Array>>>();
  private readonly judged = new Map<string, Judged>();

  constructor(
    private readonly clip: DavisClip,
    private readonly engine: AffinityEngine,
  ) {}

  async under(set: PromptSet): Promise<Judged[]> {
    const count = this.clip.truth.length;
    const sources = new FrameSources(set);
    const ends = new Map(passesOf(set).map(({ key, to }) => [key, to ?? count - 1]));
    const frames: Judged[] = [];
    for (let frame = 0; frame < count; frame++) {
      const [source] = sources.on(frame);
      const name = `${source!.forward?.key} ${source!.backward?.key} ${frame} ${source!.backwardShare}`;
      let judged = this.judged.get(name);
      if (!judged) {
        const labels = async (pass: Pass | null, share: number) =>
          pass ? [{ soft: (await this.walked(pass, ends.get(pass.key)!)).get(frame)!, objects: [1], share }] : [];
        const { forward, backward, backwardShare } = source!;
        const parts = [...(await labels(forward, 1 - backwardShare)), ...(await labels(backward, backwardShare))];
        judged = source!.isPrompted ? { J: 1, F: 1, drift: 0, area: 1 } : this.judge(frame, parts);
        this.judged.set(name, judged);
      }
      frames.push(judged);
    }
    return frames;
  }

  private walked(pass: Pass, to: number): Promise<Map<number, Float32Array>> {
    const name = `${pass.key} ${to}`;
    let walk = this.passes.get(name);
    if (!walk) this.passes.set(name, (walk = walkPass(this.clip, { ...pass, to }, this.engine, PARAMETERS)));
    return walk;
  }

  private judge(frame: number, parts: { soft: Float32Array; objects: number[]; share: number }[]): Judged {
    const { grid, input, size, truth } = this.clip;
    const { soft } = combineLabels([{ objects: [1], parts }], grid.rows * grid.cols);
    const { channel, drift, area } = softLabelsToLabelMap(soft, 2, grid, input, size, PARAMETERS);
    const found = { ...size, labels: channel };
    const scores = { J: jaccard(truth[frame]!, found, 1), F: boundaryF(truth[frame]!, found, 1) };
    return { ...scores, drift: drift[1]!, area: area[1]! };
  }
}

/** In percent, over all frames but the first and the last, as DAVIS is scored. */
function scoreOf(frames: readonly Judged[]): number {
  const scored = frames.slice(1, -1);
  return (100 * scored.reduce((sum, { J, F }) => sum + (J + F) / 2, 0)) / scored.length;
}

async function main(): Promise<void> {
  const program = new Command('bench:choices')
    .description('J&F after corrections by the truth of frames that are suggested, worst, or evenly spaced')
    .requiredOption('--root <folder...>', 'folders in DAVIS layout')
    .option('--sequences <names...>', 'those to take; all when absent')
    .option('--encoder <file>', 'ONNX file with its card', DEFAULT_ENCODER)
    .option('--cache <folder>', 'keep features there, so that no picture is encoded twice')
    .option('--corrections <n>', 'of each sequence', Number, 3)
    .option('--choices <names...>', 'ways to choose a frame', Object.keys(CHOICES))
    .parse();
  const options = program.opts<{
    root: string[];
    sequences?: string[];
    encoder: string;
    cache?: string;
    corrections: number;
    choices: string[];
  }>();
  const clips = await ClipReader.open(options.encoder, PARAMETERS, options.cache);
  const engine = createEngine({ threads: 2 });
  const sums = new Map<string, { scores: number[]; count: number }>();
  for (const root of options.root) {
    for (const name of sequencesOf(root).filter((each) => options.sequences?.includes(each) ?? true)) {
      const clip = new CorrectedClip(await clips.read(root, name), engine);
      for (const choice of options.choices) {
        const prompted = [0];
        let frames = await clip.under(setOf(prompted));
        const scores = [scoreOf(frames)];
        while (scores.length <= options.corrections) {
          const frame = CHOICES[choice]!(setOf(prompted), frames);
          if (frame === undefined) break;
          prompted.push(frame);
          frames = await clip.under(setOf(prompted));
          scores.push(scoreOf(frames));
        }
        const shown = scores.map((score) => score.toFixed(1)).join(' ');
        console.log(`${name}, ${choice}: ${shown}, frames ${prompted.slice(1).join(', ')}`);
        while (scores.length <= options.corrections) scores.push(scores.at(-1)!);
        const key = `${path.basename(root)}, ${choice}`;
        const sum = sums.get(key) ?? { scores: scores.map(() => 0), count: 0 };
        sums.set(key, { scores: sum.scores.map((total, i) => total + scores[i]!), count: sum.count + 1 });
      }
    }
  }
  for (const [key, { scores, count }] of sums) {
    console.log(`${key}: ${scores.map((total) => (total / count).toFixed(1)).join(' ')}, mean of ${count} sequences`);
  }
  await engine.close();
  await clips.close();
}

void main();

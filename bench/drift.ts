import path from 'node:path';
import { Command } from 'commander';
import { createEngine, type AffinityEngine } from '@propago/affinity';
import { PRESETS, type PropagationParameters } from '@propago/contracts';
import { halvesToFloats } from '@propago/encoder';
import { jaccard, type LabelFrame } from '@propago/evaluation';
import { labelsToGrid, softLabelsToLabelMap } from '@propago/labels';
import { framesWithin, PassWalk } from '@propago/passes';
import { auroc, correlation } from './auroc';
import { ClipReader, DEFAULT_ENCODER, sequencesOf, walkPass, type DavisClip } from './davis-clip';

const PARAMETERS: PropagationParameters = PRESETS.siammae;
/** A mask below this Jaccard index is one that a signal should find. */
const BAD_J = 0.5;
/** Patches that an object may have moved from its prompt, for the signal that goes back in one step. */
const REACH = 40;

/** What is known of a mask without its ground truth; of each signal, more is worse. */
type Signals = Record<string, number>;

interface Row {
  sequence: string;
  J: number;
  signals: Signals;
}

/** Soft labels of one frame with the mask that they give. */
interface Labelled {
  soft: Float32Array;
  mask: ReturnType<typeof softLabelsToLabelMap>;
  /** The same mask as a person would give it. */
  map: LabelFrame;
}

/** Mean feature of the patches that are more the object's than not. */
function appearance({ features, dim }: DavisClip, frame: number, soft: Float32Array): Float64Array {
  const values = halvesToFloats(features[frame]!);
  const mean = new Float64Array(dim);
  for (let patch = 0; 2 * patch < soft.length; patch++) {
    if (soft[2 * patch + 1]! <= 0.5) continue;
    for (let d = 0; d < dim; d++) mean[d]! += values[patch * dim + d]!;
  }
  return mean;
}

function cosine(a: Float64Array, b: Float64Array): number {
  const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b) || 1);
}

/** Shared over joint soft label of the object: the Jaccard index of soft masks. */
function softJaccard(a: Float32Array, b: Float32Array): number {
  let [shared, joint] = [0, 0];
  for (let i = 1; i < a.length; i += 2) {
    shared += Math.min(a[i]!, b[i]!);
    joint += Math.max(a[i]!, b[i]!);
  }
  return joint === 0 ? 1 : shared / joint;
}

/** Sums over all patches: the entropy of the labels, and the object's labels inside and outside of where they win. */
function labelSums(soft: Float32Array) {
  let [entropy, inside, outside] = [0, 0, 0];
  for (let i = 1; i < soft.length; i += 2) {
    const value = Math.min(1, Math.max(0, soft[i]!));
    if (value > 0 && value < 1) entropy -= value * Math.log2(value) + (1 - value) * Math.log2(1 - value);
    if (value > 0.5) inside += value;
    else outside += value;
  }
  return { entropy, inside, outside };
}

class SequenceSignals {
  private readonly first: Float64Array;

  constructor(
    private readonly clip: DavisClip,
    private readonly engine: AffinityEngine,
    private readonly labelled: readonly Labelled[],
  ) {
    this.first = appearance(clip, 0, labelled[0]!.soft);
  }

  async of(frame: number, withBack: boolean): Promise<Signals> {
    const { soft, mask } = this.labelled[frame]!;
    const { entropy, inside, outside } = labelSums(soft);
    const mass = inside + outside || 1;
    const area = this.labelled[0]!.mask.area[1]!;
    const shown = appearance(this.clip, frame, soft);
    return {
      drift: mask.drift[1]!,
      confidence: 1 - mask.confidence[1]!,
      'entropy of the labels': entropy / mass,
      'labels outside the mask': outside / mass,
      'frames since the prompt': frame,
      'change of area': Math.abs(Math.log((mask.area[1]! + 1) / (area + 1))),
      'change of features': 1 - cosine(shown, this.first),
      ...(withBack ? await this.back(frame) : {}),
    };
  }

  private async back(frame: number): Promise<Signals> {
    return {
      'back in one step': 1 - softJaccard(this.labelled[0]!.soft, await this.backInOneStep(frame)),
      'back step by step': await this.backStepByStep(frame),
    };
  }

  /** The labels of the prompted frame as this frame alone gives them. */
  private async backInOneStep(frame: number): Promise<Float32Array> {
    const { grid, dim, features } = this.clip;
    const neighbourhood = { ...PARAMETERS.neighbourhood, radius: REACH };
    const session = this.engine.createSession({ grid, dim, classes: 2 }, { ...PARAMETERS, neighbourhood });
    try {
      const walk = new PassWalk(session);
      await walk.next(features[frame]!, async () => this.gridOf(frame));
      return (await walk.next(features[0]!, async () => this.gridOf(frame))).labels;
    } finally {
      session.close();
    }
  }

  /** What the mask of the prompted frame loses on a whole pass back that starts with the mask of this frame. */
  private async backStepByStep(frame: number): Promise<number> {
    const { grid, input, size } = this.clip;
    const pass = { direction: 'backward', from: frame, to: 0 } as const;
    const labels = await walkPass(this.clip, pass, this.engine, PARAMETERS, this.labelled[frame]!.map);
    const { channel } = softLabelsToLabelMap(labels.get(0)!, 2, grid, input, size, PARAMETERS);
    return 1 - jaccard(this.clip.truth[0]!, { ...size, labels: channel }, 1);
  }

  private gridOf(frame: number): Float32Array {
    return labelsToGrid(this.labelled[frame]!.map, [1], this.clip.grid, PARAMETERS.labelResize);
  }
}

async function rowsOf(clip: DavisClip, engine: AffinityEngine, every: number): Promise<Row[]> {
  const { truth, grid, input, size, name } = clip;
  const soft = await walkPass(clip, { direction: 'forward', from: 0, to: truth.length - 1 }, engine, PARAMETERS);
  const labelled = [...soft.values()].map((labels): Labelled => {
    const mask = softLabelsToLabelMap(labels, 2, grid, input, size, PARAMETERS);
    return { soft: labels, mask, map: { ...size, labels: mask.channel } };
  });
  const signals = new SequenceSignals(clip, engine, labelled);
  const rows: Row[] = [];
  for (const frame of framesWithin({ direction: 'forward', from: 1 }, 1, truth.length - 1)) {
    const J = jaccard(truth[frame]!, labelled[frame]!.map, 1);
    rows.push({ sequence: name, J, signals: await signals.of(frame, every > 0 && frame % every === 0) });
  }
  return rows;
}

/** Of each signal: AUROC over all frames that have it, and its mean correlation with 1 - J within a sequence. */
function report(title: string, rows: readonly Row[]): void {
  console.log(`\n${title}: ${rows.filter(({ J }) => J < BAD_J).length} of ${rows.length} masks with J < ${BAD_J}`);
  const back = ['back in one step', 'back step by step'];
  const walked = rows.filter(({ signals }) => back[0]! in signals);
  line(
    rows,
    Object.keys(rows[0]!.signals).filter((name) => !back.includes(name)),
  );
  if (walked.length === 0) return;
  console.log(`  on ${walked.length} frames, ${walked.filter(({ J }) => J < BAD_J).length} of them with J < ${BAD_J}:`);
  line(walked, ['drift', 'confidence', ...back]);
}

function line(rows: readonly Row[], names: readonly string[]): void {
  const sequences = [...new Set(rows.map(({ sequence }) => sequence))];
  for (const name of names) {
    const values = (of: readonly Row[]) => of.map(({ signals }) => signals[name]!);
    const within = sequences
      .map((sequence) => rows.filter((row) => row.sequence === sequence))
      .map((own) =>
        correlation(
          values(own),
          own.map(({ J }) => 1 - J),
        ),
      )
      .filter((value) => !Number.isNaN(value));
    const mean = within.reduce((sum, value) => sum + value, 0) / within.length;
    const all = auroc(
      values(rows),
      rows.map(({ J }) => J < BAD_J),
    );
    console.log(`  ${name.padEnd(24)} AUROC ${all.toFixed(3)}, correlation within a sequence ${mean.toFixed(2)}`);
  }
}

async function main(): Promise<void> {
  const program = new Command('bench:drift')
    .description('How well signals that need no ground truth tell masks with J < 0.5, on sequences in DAVIS layout')
    .requiredOption('--root <folder...>', 'folders in DAVIS layout')
    .option('--encoder <file>', 'ONNX file with its card', DEFAULT_ENCODER)
    .option('--cache <folder>', 'keep features there, so that no picture is encoded twice')
    .option('--frames <n>', 'frames of each sequence', Number, Infinity)
    .option(
      '--every <n>',
      'go back to the prompt from every n-th frame, the most costly signals; 0: from none',
      Number,
      20,
    )
    .parse();
  const options = program.opts<{ root: string[]; encoder: string; cache?: string; frames: number; every: number }>();
  const clips = await ClipReader.open(options.encoder, PARAMETERS, options.cache);
  const engine = createEngine({ threads: 2 });
  const all: Row[] = [];
  for (const root of options.root) {
    const own: Row[] = [];
    for (const name of sequencesOf(root)) {
      const rows = await rowsOf(await clips.read(root, name, options.frames), engine, options.every);
      const J = rows.reduce((sum, row) => sum + row.J, 0) / rows.length;
      console.log(`${name}: J ${J.toFixed(3)}, ${rows.length} frames`);
      own.push(...rows);
    }
    report(path.basename(root), own);
    all.push(...own);
  }
  if (options.root.length > 1) report('all', all);
  await engine.close();
  await clips.close();
}

void main();

import { createHash } from 'node:crypto';
import { Failure } from '../failure';
import { readMasks } from '../mask-archive';
import type { DataSet } from './data-set';
import { davisSequences } from './davis';
import type { DavisSequence } from './davis-layout';
import { readTruth, scoreSequence } from './davis-score';
import type { LiveRun } from './live-run';

/**
 * Which frame is corrected next: the one that the platform suggests, the one whose mask is worst by the ground truth, or
 * the middle of the longest stretch without a prompt.
 */
export type CorrectionChoice = 'suggested' | 'worst' | 'even';

export interface CorrectionOptions {
  /** Names of sequences; absent: all. */
  wanted?: readonly string[];
  /** How many frames of each sequence are corrected, one after the other. */
  corrections: number;
  choose: CorrectionChoice;
}

/** A sequence before any correction, and after each. */
export interface CorrectedSequence {
  name: string;
  steps: CorrectionStep[];
}

export interface CorrectionStep {
  /** The frame that was corrected; null: none yet. */
  frame: number | null;
  /** Means over objects, 0..1. */
  J: number;
  F: number;
  JF: number;
  /** Frames whose masks differ from those before the correction. */
  changed: number;
}

/** The masks of a sequence at one moment. */
interface Moment {
  step: CorrectionStep;
  /** sha256 of each mask file. */
  digests: string[];
  /** J of each frame, mean over objects; 1 on the first and the last, which are not scored. */
  frameJ: number[];
}

/**
 * Sequences in DAVIS layout with a simulated person, who looks at one frame after the other and gives its ground truth.
 * Also holds the promise that nothing changes beyond the neighbouring prompts.
 *
 * @throws Failure as `davisSequences`
 */
export function davisCorrections(
  root: string,
  { wanted, corrections, choose }: CorrectionOptions,
): DataSet<DavisSequence, CorrectedSequence> {
  return {
    sequences: davisSequences(root, wanted),
    score: (sequence, run) => correct(sequence, run, corrections, choose),
    line: ({ name, steps }) => `${name}: J&F ${steps.map(({ JF }) => (100 * JF).toFixed(1)).join(', ')}`,
    table: (results) => correctionTable(results, corrections),
    mean: (results) => meanByStep(results, corrections),
  };
}

async function correct(
  sequence: DavisSequence,
  run: LiveRun,
  corrections: number,
  choose: CorrectionChoice,
): Promise<CorrectedSequence> {
  let now = await look(sequence, run, null);
  const steps = [now.step];
  const objects = readTruth(sequence.annotations[0]!).classIds;
  while (steps.length <= corrections) {
    const prompted = await run.promptedFrames();
    const frame = await CHOICES[choose](run, prompted, now.frameJ);
    if (frame === undefined) break;
    const truth = sequence.annotations[frame]!;
    const present = new Set(readTruth(truth).classIds);
    const absent = objects.filter((id) => !present.has(id));
    await run.say({ frame, file: truth, absent });
    const before = now.digests;
    now = await look(sequence, run, frame);
    now.step.changed = assertLocal(sequence.name, { before, after: now.digests, prompted, frame });
    steps.push(now.step);
  }
  return { name: sequence.name, steps };
}

type Choose = (run: LiveRun, prompted: readonly number[], frameJ: readonly number[]) => Promise<number | undefined>;

const CHOICES: Record<CorrectionChoice, Choose> = {
  suggested: async (run) => (await run.suggestions(1))[0]?.frame,
  worst: async (_, prompted, frameJ) => worstFrame(prompted, frameJ),
  even: async (_, prompted, frameJ) => middleOfLongest(prompted, frameJ.length),
};

/** The frame without a prompt whose J is least. */
export function worstFrame(prompted: readonly number[], frameJ: readonly number[]): number | undefined {
  const others = [...frameJ.keys()].filter((frame) => !prompted.includes(frame));
  return others.reduce<number | undefined>(
    (worst, frame) => (worst === undefined || frameJ[frame]! < frameJ[worst]! ? frame : worst),
    undefined,
  );
}

/** The frame that is farthest from all prompts; the earliest of several. */
export function middleOfLongest(prompted: readonly number[], frames: number): number | undefined {
  let best: number | undefined;
  let farthest = 0;
  for (let frame = 0; frame < frames; frame++) {
    const distance = Math.min(...prompted.map((other) => Math.abs(other - frame)));
    if (distance > farthest) [best, farthest] = [frame, distance];
  }
  return best;
}

async function look(sequence: DavisSequence, run: LiveRun, frame: number | null): Promise<Moment> {
  const archive = await run.masks();
  const { J, F, JF, objects } = await scoreSequence(sequence, archive);
  const digests: string[] = [];
  await readMasks(archive, (png) => digests.push(createHash('sha256').update(png).digest('hex')));
  const scored = objects[0]!.frameJ.map(
    (_, i) => objects.reduce((sum, { frameJ }) => sum + frameJ[i]!, 0) / objects.length,
  );
  return { step: { frame, J: J.mean, F: F.mean, JF, changed: 0 }, digests, frameJ: [1, ...scored, 1] };
}

/**
 * Holds that a correction changed nothing beyond the neighbouring prompts.
 *
 * @returns how many frames changed
 * @throws Failure that names the first frame that should have stayed
 */
export function assertLocal(
  name: string,
  of: { before: readonly string[]; after: readonly string[]; prompted: readonly number[]; frame: number },
): number {
  const { before, after, prompted, frame } = of;
  const low = Math.max(-1, ...prompted.filter((other) => other < frame));
  const high = Math.min(after.length, ...prompted.filter((other) => other > frame));
  const changed = [...after.keys()].filter((at) => after[at] !== before[at]);
  const beyond = changed.find((at) => at <= low || at >= high);
  if (beyond !== undefined) {
    throw new Failure(
      `sequence ${name}: the mask of frame ${beyond} changed with a correction of frame ${frame}, beyond a neighbouring prompt`,
    );
  }
  return changed.length;
}

/** J&F before any correction and after each: the mean over sequences; a sequence without a further step keeps its last. */
function meanByStep(results: readonly CorrectedSequence[], corrections: number): number[] {
  return Array.from({ length: corrections + 1 }, (_, i) => {
    const scores = results.map(({ steps }) => steps[Math.min(i, steps.length - 1)]!.JF);
    return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  });
}

/** A table with one line per sequence, and the mean: J&F after 0, 1, … corrections, and the corrected frames. */
function correctionTable(results: readonly CorrectedSequence[], corrections: number): string {
  const width = Math.max(12, ...results.map(({ name }) => name.length + 2));
  const cells = (values: readonly (number | string)[]) =>
    values.map((value) => (typeof value === 'number' ? (100 * value).toFixed(1) : value).padStart(8)).join('');
  const counts = Array.from({ length: corrections + 1 }, (_, i) => String(i));
  const lines = results.map(({ name, steps }) => {
    const frames = steps.slice(1).map(({ frame }) => frame);
    return name.padEnd(width) + cells(steps.map(({ JF }) => JF)) + `   ${frames.join(', ')}`;
  });
  return [
    'J&F after'.padEnd(width) + cells(counts) + '   corrected frames',
    ...lines,
    'mean'.padEnd(width) + cells(meanByStep(results, corrections)),
  ].join('\n');
}

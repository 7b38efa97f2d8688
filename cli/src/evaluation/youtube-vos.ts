import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { boundaryF, jaccard, type LabelFrame } from '@propago/evaluation';
import { encodeIndexedPng, readStoredMask, VOC_PALETTE, type LabelMap } from '@propago/labels';
import { Failure } from '../failure';
import type { FramePrompt } from '../frame-prompt';
import { readMasks } from '../mask-archive';
import type { DataSet, DataSetSequence } from './data-set';
import { readTruth } from './davis-score';
import { foldersOf, truthOf, type FrameTruth } from './frame-truth';

/** A sequence with ground truth on some frames, whose objects may appear on any of these. */
export interface LateObjectsSequence extends DataSetSequence {
  truth: FrameTruth;
  /** The frame on which each object is shown first, by its id. */
  firstFrames: ReadonlyMap<number, number>;
}

/** Means over the labelled frames after the one on which the object is shown first, 0..1. */
export interface LateObjectScore {
  id: number;
  firstFrame: number;
  /** How many frames were scored; J and F are null without any. */
  frames: number;
  J: number | null;
  F: number | null;
}

export interface LateObjectsResult {
  name: string;
  objects: LateObjectScore[];
}

interface Mean {
  J: number;
  F: number;
  JF: number;
  objects: number;
}

/**
 * J and F of sequences in the layout of YouTube-VOS and MOSE: `JPEGImages/NAME/*.jpg` and `Annotations/NAME/*.png`, indexed
 * by object. A run is told each object on the first labelled frame that shows it, and is scored for that object on every
 * later labelled frame; one on which neither the truth nor the run has it counts 1. The mean is over objects.
 *
 * @param wanted names of sequences; absent: all
 * @throws Failure when a sequence is missing, lacks files, or shows no object
 */
export function youtubeVos(
  root: string,
  wanted: readonly string[] = foldersOf(join(root, 'Annotations')),
): DataSet<LateObjectsSequence, LateObjectsResult> {
  return {
    sequences: wanted.map((name) => sequenceOf(root, name)),
    score: async (sequence, run) => scoreLateObjects(sequence, await run.masks()),
    line: (result) => `${result.name}: ${describe(meanOf([result]))}`,
    table: (results) => [...results.map(lineOf), `mean: ${describe(meanOf(results))}`].join('\n'),
    mean: meanOf,
  };
}

function sequenceOf(root: string, name: string): LateObjectsSequence {
  const video = join(root, 'JPEGImages', name);
  const { frames, truth } = truthOf(name, video, join(root, 'Annotations', name));
  const firstFrames = new Map<number, number>();
  for (const [frame, file] of truth) {
    for (const id of readTruth(file).classIds) if (!firstFrames.has(id)) firstFrames.set(id, frame);
  }
  if (firstFrames.size === 0) throw new Failure(`sequence ${name}: its annotations show no object`);
  const labels = (folder: string) => ({ prompts: firstMasks({ truth, firstFrames }, folder) });
  return { name, video, frames, truth, firstFrames, labels };
}

/** What a run is told: on each frame the objects that it is the first to show, and nothing of others. */
function firstMasks(
  { truth, firstFrames }: Pick<LateObjectsSequence, 'truth' | 'firstFrames'>,
  folder: string,
): FramePrompt[] {
  const frames = [...new Set(firstFrames.values())].sort((a, b) => a - b);
  return frames.map((frame) => {
    const { width, height, labels } = readTruth(truth.get(frame)!);
    const indices = labels.map((id) => (firstFrames.get(id) === frame ? id : 0));
    const file = join(folder, `${frame}.png`);
    writeFileSync(file, encodeIndexedPng({ width, height, indices, palette: VOC_PALETTE }));
    return { frame, file };
  });
}

/** Scores masks.zip on the labelled frames, holding one frame at a time. @throws Failure */
export async function scoreLateObjects(
  { name, frames, truth, firstFrames }: Omit<LateObjectsSequence, 'video' | 'labels'>,
  archive: string,
): Promise<LateObjectsResult> {
  const perFrame = new Map([...firstFrames.keys()].map((id) => [id, { J: [] as number[], F: [] as number[] }]));
  let count = 0;
  await readMasks(archive, (png) => {
    const frame = count++;
    const file = truth.get(frame);
    if (file === undefined) return;
    const wanted = [...firstFrames].filter(([, first]) => first < frame).map(([id]) => id);
    const [expected, found]: [LabelMap, LabelFrame] = [readTruth(file), readStoredMask(png)];
    for (const id of wanted) {
      perFrame.get(id)!.J.push(jaccard(expected, found, id));
      perFrame.get(id)!.F.push(boundaryF(expected, found, id));
    }
  });
  if (count !== frames) throw new Failure(`sequence ${name}: ${frames} frames but ${count} masks`);
  const objects = [...firstFrames].map(([id, firstFrame]) => {
    const { J, F } = perFrame.get(id)!;
    return { id, firstFrame, frames: J.length, J: average(J), F: average(F) };
  });
  return { name, objects: objects.sort((a, b) => a.id - b.id) };
}

const average = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Over the objects that were scored at all. */
function meanOf(results: readonly LateObjectsResult[]): Mean {
  const scored = results.flatMap(({ objects }) => objects).filter(({ frames }) => frames > 0);
  const [J, F] = [average(scored.map((object) => object.J!)) ?? NaN, average(scored.map((object) => object.F!)) ?? NaN];
  return { J, F, JF: (J + F) / 2, objects: scored.length };
}

const describe = ({ J, F, JF, objects }: Mean): string =>
  `J&F ${JF.toFixed(4)}, J ${J.toFixed(4)}, F ${F.toFixed(4)}, ${objects} objects`;

function lineOf(result: LateObjectsResult): string {
  const objects = result.objects.map(({ id, firstFrame, frames, J, F }) =>
    J === null
      ? `  ${id}: from frame ${firstFrame}, on no later labelled frame`
      : `  ${id}: from frame ${firstFrame}, J ${J.toFixed(4)}, F ${F!.toFixed(4)}, ${frames} frames`,
  );
  return [`${result.name}: ${describe(meanOf([result]))}`, ...objects].join('\n');
}

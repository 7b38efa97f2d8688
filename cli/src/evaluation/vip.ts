import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SemanticIou, type LabelFrame } from '@propago/evaluation';
import { readStoredMask, scaleLabels } from '@propago/labels';
import { Failure } from '../failure';
import { readMasks } from '../mask-archive';
import type { DataSet, DataSetSequence } from './data-set';
import { readTruth } from './davis-score';
import { truthOf, type FrameTruth } from './frame-truth';

/** Pixels, as the field propagates and scores VIP. */
const SIZE = { width: 560, height: 560 };
/** Of the body and its clothes, with the background. */
export const VIP_CLASSES = 20;

export interface VipSequence extends DataSetSequence {
  truth: FrameTruth;
}

/** What was counted of one sequence, and its own mean IoU. */
export interface VipResult {
  name: string;
  frames: number;
  iou: number;
}

/**
 * Mean IoU of the 20 semantic classes of VIP (`Images/NAME/*.jpg`, `Annotations/Category_ids/NAME/*.png`,
 * `lists/val_videos.txt`), over all labelled frames of all videos in one confusion matrix, masks and ground truth at
 * 560x560 by their nearest pixels.
 *
 * @param wanted names of sequences; absent: those of the list
 * @throws Failure when a sequence is missing, lacks files, or its first frame has no mask
 */
export function vip(root: string, wanted: readonly string[] = listed(root)): DataSet<VipSequence, VipResult> {
  const counted = new Map<string, SemanticIou>();
  const overall = (results: readonly VipResult[]) => {
    const all = new SemanticIou(VIP_CLASSES);
    for (const { name } of results) all.merge(counted.get(name)!);
    return all.result();
  };
  return {
    sequences: wanted.map((name) => sequenceOf(root, name)),
    preset: 'vip',
    score: async (sequence, run) => {
      const iou = await scoreVip(sequence, await run.masks());
      counted.set(sequence.name, iou);
      return { name: sequence.name, frames: sequence.truth.size, iou: iou.result().mean };
    },
    line: lineOf,
    table: (results) => [...results.map(lineOf), `all: mIoU ${overall(results).mean.toFixed(4)}`].join('\n'),
    mean: (results) => overall(results),
  };
}

const lineOf = ({ name, iou, frames }: VipResult): string => `${name}: mIoU ${iou.toFixed(4)}, ${frames} frames`;

/** Names of the videos of the validation set. */
function listed(root: string): string[] {
  const file = join(root, 'lists', 'val_videos.txt');
  if (!existsSync(file)) throw new Failure(`there is no file ${file}; name the sequences by --sequences`, 2);
  return readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
}

function sequenceOf(root: string, name: string): VipSequence {
  const video = join(root, 'Images', name);
  const { frames, truth } = truthOf(name, video, join(root, 'Annotations', 'Category_ids', name));
  const file = truth.get(0);
  if (file === undefined) throw new Failure(`sequence ${name}: its first frame has no annotation`);
  return { name, video, frames, truth, labels: () => ({ prompts: [{ frame: 0, file }] }) };
}

const scaled = ({ labels, ...size }: LabelFrame): LabelFrame => ({ ...SIZE, labels: scaleLabels(labels, size, SIZE) });

/** Counts masks.zip against the labelled frames, holding one frame at a time. @throws Failure */
export async function scoreVip(
  { name, frames, truth }: Omit<VipSequence, 'video' | 'labels'>,
  archive: string,
): Promise<SemanticIou> {
  const iou = new SemanticIou(VIP_CLASSES);
  let count = 0;
  await readMasks(archive, (png) => {
    const file = truth.get(count++);
    if (file === undefined) return;
    const [expected, found] = [readTruth(file), readStoredMask(png)];
    iou.add(scaled(expected), scaled(found));
  });
  if (count !== frames) throw new Failure(`sequence ${name}: ${frames} frames but ${count} masks`);
  return iou;
}

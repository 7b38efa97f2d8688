import { readFileSync } from 'node:fs';
import { CodedError } from '@propago/contracts';
import { Measure, ObjectScore, SequenceScore } from '@propago/evaluation';
import { LabelMap, readLabels, readStoredMask } from '@propago/labels';
import { DavisSequence } from './davis-layout';
import { Failure } from '../failure';
import { readMasks } from '../mask-archive';

const LIMITS = { maxSide: 16_384, maxPixels: 2 ** 28, maxClasses: 254 };

/** The three statistics of a measure. */
export interface Statistics {
  mean: number;
  recall: number;
  decay: number;
}

/** J and F of a sequence or of all: means over objects. */
export interface Score {
  J: Statistics;
  F: Statistics;
  /** (J mean + F mean) / 2. */
  JF: number;
}

export interface SequenceResult extends Score {
  name: string;
  frames: number;
  objects: ObjectResult[];
}

export interface ObjectResult extends Score {
  id: number;
  /** J of each scored frame: all but the first and the last. */
  frameJ: number[];
}

const statistics = ({ mean, recall, decay }: Measure): Statistics => ({ mean, recall, decay });

function meanOf(scores: readonly Score[]): Score {
  const average = (pick: (score: Score) => number): number =>
    scores.reduce((sum, score) => sum + pick(score), 0) / scores.length;
  const measure = (name: 'J' | 'F'): Statistics => ({
    mean: average((score) => score[name].mean),
    recall: average((score) => score[name].recall),
    decay: average((score) => score[name].decay),
  });
  const [J, F] = [measure('J'), measure('F')];
  return { J, F, JF: (J.mean + F.mean) / 2 };
}

const scoreOf = ({ id, J, F }: ObjectScore): ObjectResult => ({
  id,
  frameJ: J.perFrame,
  J: statistics(J),
  F: statistics(F),
  JF: (J.mean + F.mean) / 2,
});

/** Reads a ground-truth mask. @throws Failure that names the file */
export function readTruth(file: string): LabelMap {
  try {
    return readLabels(readFileSync(file), LIMITS);
  } catch (error) {
    if (error instanceof CodedError) throw new Failure(`${file}: ${error.code}: ${error.message}`);
    throw error;
  }
}

/** Scores the masks of a run (masks.zip) against a sequence's ground truth, holding one frame at a time. */
export async function scoreSequence(
  sequence: Pick<DavisSequence, 'name' | 'annotations'>,
  archive: string,
): Promise<SequenceResult> {
  const score = new SequenceScore();
  let frames = 0;
  await readMasks(archive, (png) => {
    const truth = sequence.annotations[frames++];
    if (truth !== undefined) score.add(readTruth(truth), readStoredMask(png));
  });
  if (frames !== sequence.annotations.length) {
    throw new Failure(`sequence ${sequence.name}: ${sequence.annotations.length} annotations but ${frames} masks`);
  }
  const objects = score.result().map(scoreOf);
  return { name: sequence.name, frames, objects, ...meanOf(objects) };
}

/** The mean over all objects of all sequences, as the field reports it. */
export function overallScore(results: readonly SequenceResult[]): Score {
  return meanOf(results.flatMap((result) => result.objects));
}

/** A table with one line per sequence, one per object where there are several, and the mean. */
export function scoreTable(results: readonly SequenceResult[]): string {
  const number = (value: number): string => value.toFixed(4).padStart(8);
  const width = Math.max(10, ...results.map((result) => result.name.length + 4));
  const line = (title: string, { J, F, JF }: Score): string =>
    title.padEnd(width) + [JF, J.mean, J.recall, J.decay, F.mean, F.recall, F.decay].map(number).join('');
  const head =
    'sequence'.padEnd(width) +
    ['J&F', 'J', 'J rec.', 'J decay', 'F', 'F rec.', 'F decay'].map((name) => name.padStart(8)).join('');
  const lines = results.flatMap((result) => [
    line(result.name, result),
    ...(result.objects.length > 1 ? result.objects.map((object) => line(`  ${object.id}`, object)) : []),
  ]);
  return [head, ...lines, line('mean', overallScore(results))].join('\n');
}

import { Failure } from '../failure';
import type { DataSet } from './data-set';
import { findSequences, type DavisSequence } from './davis-layout';
import { overallScore, readTruth, scoreSequence, scoreTable, type SequenceResult } from './davis-score';

/**
 * J and F of sequences in DAVIS layout.
 *
 * @param wanted names of sequences; absent: all
 * @throws Failure when one is missing, lacks files, or starts without an object
 */
export function davis(root: string, wanted?: readonly string[]): DataSet<DavisSequence, SequenceResult> {
  return {
    sequences: davisSequences(root, wanted),
    score: async (sequence, run) => scoreSequence(sequence, await run.masks()),
    line: ({ name, J, F, frames }) => `${name}: J ${J.mean.toFixed(4)}, F ${F.mean.toFixed(4)}, ${frames} frames`,
    table: scoreTable,
    mean: overallScore,
  };
}

/** The sequences of a folder in DAVIS layout that a run can start with. @throws Failure */
export function davisSequences(root: string, wanted?: readonly string[]): DavisSequence[] {
  const sequences = findSequences(root, wanted);
  for (const { name, annotations } of sequences) {
    if (readTruth(annotations[0]!).classIds.length === 0) {
      throw new Failure(`sequence ${name}: the first mask ${annotations[0]} has no foreground`);
    }
  }
  return sequences;
}

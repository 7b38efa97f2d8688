import type { RunRequest } from '../one-run';
import type { LiveRun } from './live-run';

/** One sequence of a data set with ground truth. */
export interface DataSetSequence {
  name: string;
  /** Video file, or folder of frames. */
  video: string;
  /** Frames of the video. */
  frames: number;
  /**
   * What a run is told at first.
   * @param folder for files that must be made for it
   */
  labels(folder: string): Pick<RunRequest, 'prompts' | 'keypoints'>;
}

/** What is known of a sequence when it has been scored. */
export interface SequenceScore {
  name: string;
}

/** Sequences in the layout of one data set, and its way of scoring them. */
export interface DataSet<S extends DataSetSequence, R extends SequenceScore> {
  sequences: readonly S[];
  /** The parameters that the field uses for it; absent: those of the server. */
  preset?: string;
  /** Looks at the masks of a finished run, and may say more about its sequence before that. */
  score(sequence: S, run: LiveRun): Promise<R>;
  /** One result in a line. */
  line(result: R): string;
  /** All results for people. */
  table(results: readonly R[]): string;
  /** All results in one. */
  mean(results: readonly R[]): unknown;
}

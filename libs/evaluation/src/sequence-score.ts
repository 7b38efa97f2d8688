import { CodedError } from '@propago/contracts';
import { boundaryF } from './boundary-f';
import { jaccard } from './jaccard';
import { LabelFrame } from './label-frame';
import { Measure, measureOf } from './measure';

/** J and F of one object. */
export interface ObjectScore {
  id: number;
  J: Measure;
  F: Measure;
}

const VOID = 255;

function highestId(labels: Uint8Array): number {
  let highest = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] !== VOID && labels[i] > highest) highest = labels[i];
  return highest;
}

/**
 * Scores a sequence frame by frame, in frame order, as davis2017-evaluation does for semi-supervised methods:
 * the objects are 1..n of the first frame's ground truth, void counts as background, and the first and the last frame
 * are not scored. Holds one pair of frames, whatever the length of the sequence.
 */
export class SequenceScore {
  private objects: number[] | null;
  private readonly perFrame = new Map<number, { J: number[]; F: number[] }>();
  private pending: { truth: LabelFrame; prediction: LabelFrame } | null = null;
  private frames = 0;

  /** @param objects ids to score instead of 1..n of the first frame's ground truth */
  constructor(objects?: number[]) {
    this.objects = objects ?? null;
  }

  /**
   * Takes the next frame, the first and the last of the sequence included.
   * @throws CodedError EVALUATION_INVALID when the ground truth starts without objects, or the prediction has one that
   * it does not start with
   * @throws RangeError when the two differ in size
   */
  add(truth: LabelFrame, prediction: LabelFrame): void {
    this.objects ??= Array.from({ length: highestId(truth.labels) }, (_, i) => i + 1);
    if (this.objects.length === 0) {
      throw new CodedError(
        'EVALUATION_INVALID',
        "The first frame's ground truth has no object, so there is nothing to score.",
      );
    }
    const highest = highestId(prediction.labels);
    if (highest > Math.max(0, ...this.objects)) {
      throw new CodedError(
        'EVALUATION_INVALID',
        `The prediction of frame ${this.frames} has object ${highest}; the ground truth starts with ${this.objects.length} objects.`,
      );
    }
    // Only when a further frame comes is the one before it known not to be the last.
    if (this.pending && this.frames > 1) this.score(this.pending.truth, this.pending.prediction);
    this.pending = { truth, prediction };
    this.frames++;
  }

  /** The scores of all frames so far but the first and the last. */
  result(): ObjectScore[] {
    return (this.objects ?? []).map((id) => {
      const { J, F } = this.perFrame.get(id) ?? { J: [], F: [] };
      return { id, J: measureOf(J), F: measureOf(F) };
    });
  }

  private score(truth: LabelFrame, prediction: LabelFrame): void {
    for (const id of this.objects ?? []) {
      let values = this.perFrame.get(id);
      if (!values) this.perFrame.set(id, (values = { J: [], F: [] }));
      values.J.push(jaccard(truth, prediction, id));
      values.F.push(boundaryF(truth, prediction, id));
    }
  }
}

/**
 * J and F of a whole sequence, per object; see {@link SequenceScore}.
 * @throws RangeError when the numbers of frames differ
 */
export function evaluateSequence(
  groundTruth: readonly LabelFrame[],
  predictions: readonly LabelFrame[],
  { objects }: { objects?: number[] } = {},
): ObjectScore[] {
  if (groundTruth.length !== predictions.length) {
    throw new RangeError(`Expected ${groundTruth.length} predictions but received ${predictions.length}`);
  }
  const score = new SequenceScore(objects);
  groundTruth.forEach((truth, i) => score.add(truth, predictions[i]));
  return score.result();
}

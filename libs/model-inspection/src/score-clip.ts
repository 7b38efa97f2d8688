import type { AffinityEngine } from '@propago/affinity';
import { PRESETS, type PropagationParameters } from '@propago/contracts';
import { type Encoder, inputSize, type Size } from '@propago/encoder';
import { jaccard, type LabelFrame, type ObjectScore, SequenceScore } from '@propago/evaluation';
import { labelsToGrid, softLabelsToLabelMap } from '@propago/labels';
import { PassWalk } from '@propago/passes';
import { resizeRgb } from '@propago/video';

const PARAMETERS: PropagationParameters = PRESETS.siammae;

/** One frame with its ground truth. */
export interface TrueFrame {
  /** height x width x 3, rgb24. */
  rgb: Buffer;
  /** height x width; 0 background, else 1..objects. */
  labels: Uint8Array;
}

/** What propagates: an encoder's features and the kernel. */
export interface Propagator {
  encoder: Encoder;
  engine: AffinityEngine;
}

/** How well the labels of a clip were propagated. */
export interface ClipScore {
  objects: ObjectScore[];
  /** Of the frames that count, that whose labels are least like the truth; null where none counts. */
  worst: WorstFrame | null;
}

/** A frame with what it was given as labels. */
export interface WorstFrame {
  frame: number;
  /** Mean Jaccard index of the objects with the truth. */
  J: number;
  /** height x width; 0 background, else 1..objects. */
  labels: Uint8Array;
}

/**
 * Propagates the labels of a clip's first frame as a run with the preset `siammae` does, and scores every frame.
 * @param clip frames of one size, in px, whose labels are 1..objects
 */
export async function scoreClip(
  clip: { size: Size; objects: number; frames: Iterable<TrueFrame> | AsyncIterable<TrueFrame> },
  { encoder, engine }: Propagator,
): Promise<ClipScore> {
  const { size: shown, objects } = clip;
  const size = inputSize(PARAMETERS.inputSize, shown, encoder.card);
  const grid = { rows: size.height / encoder.card.patchSize, cols: size.width / encoder.card.patchSize };
  const classIds = Array.from({ length: objects }, (_, i) => i + 1);
  const session = engine.createSession({ grid, dim: encoder.card.dim, classes: objects + 1 }, PARAMETERS);
  const score = new SequenceScore(classIds);
  const least = new LeastAlike(classIds);
  try {
    const walk = new PassWalk(session);
    for await (const { rgb, labels } of clip.frames) {
      const pixels = resizeRgb(rgb, shown, size, PARAMETERS.imageResize);
      const { features } = await encoder.encode(pixels, { count: 1, ...size });
      const prompt = async () => labelsToGrid({ ...shown, labels }, classIds, grid, PARAMETERS.labelResize);
      const { labels: soft } = await walk.next(features, prompt);
      // Class ids are 1..n, so a pixel's channel is its class.
      const { channel } = softLabelsToLabelMap(soft, objects + 1, grid, size, shown, PARAMETERS);
      const [truth, prediction] = [
        { ...shown, labels },
        { ...shown, labels: channel },
      ];
      score.add(truth, prediction);
      least.add(truth, prediction);
    }
  } finally {
    session.close();
  }
  return { objects: score.result(), worst: least.worst };
}

/** Finds the worst of the frames that count: neither the first nor the last, as for J and F. */
class LeastAlike {
  worst: WorstFrame | null = null;
  private pending: WorstFrame | null = null;
  private frames = 0;

  constructor(private readonly ids: readonly number[]) {}

  add(truth: LabelFrame, prediction: LabelFrame): void {
    if (this.pending && (!this.worst || this.pending.J < this.worst.J)) this.worst = this.pending;
    const frame = this.frames++;
    const J = this.ids.reduce((sum, id) => sum + jaccard(truth, prediction, id), 0) / this.ids.length;
    this.pending = frame === 0 ? null : { frame, J, labels: prediction.labels };
  }
}

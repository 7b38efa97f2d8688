import type { AffinityEngine } from '@propago/affinity';
import { PRESETS, type PropagationParameters } from '@propago/contracts';
import { type Encoder, inputSize, type Size } from '@propago/encoder';
import { type ObjectScore, SequenceScore } from '@propago/evaluation';
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

/**
 * Propagates the labels of a clip's first frame as a run with the preset `siammae` does, and scores every frame.
 * @param clip frames of one size, in px, whose labels are 1..objects
 */
export async function scoreClip(
  clip: { size: Size; objects: number; frames: Iterable<TrueFrame> | AsyncIterable<TrueFrame> },
  { encoder, engine }: Propagator,
): Promise<ObjectScore[]> {
  const { size: shown, objects } = clip;
  const size = inputSize(PARAMETERS.inputSize, shown, encoder.card);
  const grid = { rows: size.height / encoder.card.patchSize, cols: size.width / encoder.card.patchSize };
  const classIds = Array.from({ length: objects }, (_, i) => i + 1);
  const session = engine.createSession({ grid, dim: encoder.card.dim, classes: objects + 1 }, PARAMETERS);
  const score = new SequenceScore(classIds);
  try {
    const walk = new PassWalk(session);
    for await (const { rgb, labels } of clip.frames) {
      const pixels = resizeRgb(rgb, shown, size, PARAMETERS.imageResize);
      const { features } = await encoder.encode(pixels, { count: 1, ...size });
      const prompt = async () => labelsToGrid({ ...shown, labels }, classIds, grid, PARAMETERS.labelResize);
      const { labels: soft } = await walk.next(features, prompt);
      // Class ids are 1..n, so a pixel's channel is its class.
      const { channel } = softLabelsToLabelMap(soft, objects + 1, grid, size, shown, PARAMETERS);
      score.add({ ...shown, labels }, { ...shown, labels: channel });
    }
  } finally {
    session.close();
  }
  return score.result();
}

import { type AffinityEngine, createEngine } from '@propago/affinity';
import { PRESETS, type PropagationParameters } from '@propago/contracts';
import { type Encoder, inputSize, openEncoder } from '@propago/encoder';
import { type ObjectScore, SequenceScore } from '@propago/evaluation';
import { labelsToGrid, softLabelsToLabelMap } from '@propago/labels';
import { type ClipFrame, renderClip } from '@propago/sample-clip';
import { resizeRgb } from '@propago/video';
import type { ModelTask, QualityReport } from './model-task';

const SIZE = { width: 432, height: 240 };
/** Every fourth frame is taken: things move as far as in a longer clip. */
const STRIDE = 4;
const FRAMES = 10;
const SEQUENCES = [
  { name: 'one-object', seed: 5, objects: 1 },
  { name: 'two-objects', seed: 17, objects: 2 },
  { name: 'four-objects', seed: 31, objects: 4 },
] as const;
const PARAMETERS: PropagationParameters = PRESETS.siammae;

/** Propagates the first labels of each built-in sequence with the encoder's features, as a run of the platform does. */
export async function scoreEncoder({ path, card, threads }: ModelTask & { kind: 'score' }): Promise<QualityReport> {
  const encoder = await openEncoder({ path, card, intraOpThreads: threads });
  const engine = createEngine({ threads });
  try {
    const sequences: QualityReport['sequences'] = [];
    for (const { name, seed, objects } of SEQUENCES) {
      const clip = renderClip({ ...SIZE, seed, objects, frames: STRIDE * (FRAMES - 1) + 1 });
      const scores = await scoreClip(everyFourth(clip), objects, { encoder, engine });
      const [J, F] = [mean(scores.map((score) => score.J.mean)), mean(scores.map((score) => score.F.mean))];
      sequences.push({ name, frames: FRAMES, objects, J, F });
    }
    const [J, F] = [mean(sequences.map((each) => each.J)), mean(sequences.map((each) => each.F))];
    return { quality: (J + F) / 2, J, F, sequences };
  } finally {
    await engine.close();
    await encoder.close();
  }
}

async function scoreClip(
  frames: Iterable<ClipFrame>,
  objects: number,
  { encoder, engine }: { encoder: Encoder; engine: AffinityEngine },
): Promise<ObjectScore[]> {
  const size = inputSize(PARAMETERS.inputSize, SIZE, encoder.card);
  const grid = { rows: size.height / encoder.card.patchSize, cols: size.width / encoder.card.patchSize };
  const classIds = Array.from({ length: objects }, (_, i) => i + 1);
  const session = engine.createSession({ grid, dim: encoder.card.dim, classes: objects + 1 }, PARAMETERS);
  const score = new SequenceScore(classIds);
  try {
    let index = 0;
    for (const { rgb, labels } of frames) {
      const pixels = resizeRgb(rgb, SIZE, size, PARAMETERS.imageResize);
      const { features } = await encoder.encode(pixels, { count: 1, ...size });
      const soft =
        index === 0
          ? labelsToGrid({ ...SIZE, labels }, classIds, grid, PARAMETERS.labelResize)
          : (await session.propagate(index, features)).labels;
      session.addContext(index++, features, soft);
      // Class ids are 1..n, so a pixel's channel is its class.
      const { channel } = softLabelsToLabelMap(soft, objects + 1, grid, size, SIZE, PARAMETERS);
      score.add({ ...SIZE, labels }, { ...SIZE, labels: channel });
    }
  } finally {
    session.close();
  }
  return score.result();
}

function* everyFourth(clip: Iterable<ClipFrame>): Generator<ClipFrame> {
  let i = 0;
  for (const frame of clip) if (i++ % STRIDE === 0) yield frame;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

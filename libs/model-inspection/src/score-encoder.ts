import { createEngine } from '@propago/affinity';
import { openEncoder } from '@propago/encoder';
import type { ModelTask, QualityReport, SayPhase } from './model-task';
import { PROBE_CLIPS, PROBE_CLIPS_VERSION, probeClipFrames } from './probe-clips';
import { scoreClip } from './score-clip';

/** Propagates the first labels of each built-in sequence with the encoder's features, as a run of the platform does. */
export async function scoreEncoder(
  { path, card, threads }: ModelTask & { kind: 'score' },
  say: SayPhase,
): Promise<QualityReport> {
  const encoder = await openEncoder({ path, card, intraOpThreads: threads });
  const engine = createEngine({ threads });
  try {
    const sequences: QualityReport['sequences'] = [];
    for (const [i, clip] of PROBE_CLIPS.entries()) {
      say(`clip ${i + 1} of ${PROBE_CLIPS.length}`);
      const { name, frames, objects } = clip;
      const scores = await scoreClip({ ...clip, frames: probeClipFrames(clip) }, { encoder, engine });
      const [J, F] = [mean(scores.map((score) => score.J.mean)), mean(scores.map((score) => score.F.mean))];
      sequences.push({ name, frames, objects, J, F });
    }
    const [J, F] = [mean(sequences.map((each) => each.J)), mean(sequences.map((each) => each.F))];
    return { quality: (J + F) / 2, J, F, clips: PROBE_CLIPS_VERSION, sequences };
  } finally {
    await engine.close();
    await encoder.close();
  }
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

import { createEngine } from '@propago/affinity';
import { openEncoder } from '@propago/encoder';
import { encodeRles } from '@propago/labels';
import type { ModelTask, QualityReport, SayPhase } from './model-task';
import { PROBE_CLIPS, PROBE_CLIPS_VERSION, probeClipFrames, probeClipOptions, type ProbeClip } from './probe-clips';
import { scoreClip, type WorstFrame } from './score-clip';

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
      const { objects: scores, worst } = await scoreClip(
        { ...clip, frames: probeClipFrames(clip) },
        { encoder, engine },
      );
      const [J, F] = [mean(scores.map((score) => score.J.mean)), mean(scores.map((score) => score.F.mean))];
      sequences.push({ name, frames, objects, J, F, worst: worst && seen(worst, clip) });
    }
    const [J, F] = [mean(sequences.map((each) => each.J)), mean(sequences.map((each) => each.F))];
    return { quality: (J + F) / 2, J, F, clips: PROBE_CLIPS_VERSION, sequences };
  } finally {
    await engine.close();
    await encoder.close();
  }
}

/** The worst frame as a report keeps it: what it takes to render it, and what was found on it. */
function seen({ frame, J, labels }: WorstFrame, clip: ProbeClip): QualityReport['sequences'][number]['worst'] {
  const ids = Array.from({ length: clip.objects }, (_, i) => i + 1);
  const masks = encodeRles(labels, clip.size, ids).map(({ counts }, i) => ({ id: ids[i]!, counts }));
  return { frame, J, masks, clip: probeClipOptions(clip) };
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

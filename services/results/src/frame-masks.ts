import type { PropagationParameters } from '@propago/contracts';
import type { FeatureSet, FrameSet, Prompt, Run, Video } from '@propago/database';
import {
  combineLabels,
  completePalette,
  encodeIndexedPng,
  encodeRles,
  promptMask,
  putPrompt,
  softLabelsToLabelMap,
  type LabelGroup,
} from '@propago/labels';
import type { Pass, Source } from '@propago/passes';
import type { BlobStore } from '@propago/runtime';
import { PassLabels } from './pass-labels';
import { sizeOf } from './video-size';

export type MaskedRun = Run & {
  featureSet: FeatureSet & { frameSet: FrameSet; video: Video };
  prompts: Prompt[];
};

/** The mask of one frame, and what is known of it. */
export interface FrameMask {
  /** Indexed PNG of object ids. */
  png: Buffer;
  /** Mean soft label of the winning class over the foreground, 0..1; null where nothing was found. */
  confidence: number | null;
  classes: {
    id: number;
    area: number;
    confidence: number;
    /** How much of the Jaccard index of this mask is expected to be missing, 0..1; 0 where a prompt gives it. */
    drift: number;
    rle: { size: [number, number]; counts: string };
  }[];
}

/** Masks of the frames of one run, one after the other. */
export class FrameMasks {
  private readonly palette: Uint8Array;

  constructor(
    private readonly run: MaskedRun,
    private readonly storage: BlobStore,
  ) {
    this.palette = completePalette(run.palette);
  }

  async of(frame: number, sources: Source[], labels: PassLabels): Promise<FrameMask> {
    const size = sizeOf(this.run.featureSet.video);
    const { indices, confidenceOf, driftOf, frameConfidence } = this.propagated(frame, sources, labels);
    const prompted = sources.filter(({ isPrompted }) => isPrompted).flatMap(({ objects }) => objects);
    if (prompted.length > 0) {
      putPrompt(indices, (await promptMask(this.run.prompts, frame, this.storage)).labels, prompted);
    }
    const areas = countIds(indices);
    // An object that nothing brings to this frame does not exist here yet.
    const ids = sources.flatMap(({ objects }) => objects).sort((a, b) => a - b);
    const classes = encodeRles(indices, size, ids).map(({ size: rleSize, counts }, i) => {
      const id = ids[i]!;
      const area = areas[id]!;
      const source = sources.find(({ objects }) => objects.includes(id))!;
      const drift = source.isPrompted ? 0 : area > 0 ? driftOf(id) : this.presence(id, source);
      return { id, area, confidence: confidenceOf(id), drift, rle: { size: rleSize, counts } };
    });
    const found = classes.some(({ area }) => area > 0);
    const png = encodeIndexedPng({ ...size, indices, palette: this.palette });
    return { png, confidence: found ? frameConfidence : null, classes };
  }

  /** The winner of every pixel by id, and how sure the labels were. */
  private propagated(frame: number, sources: Source[], labels: PassLabels) {
    const { rows, cols } = labels.grid;
    const { soft, objects } = combineLabels(
      sources.map((source) => groupOf(frame, source, labels)),
      rows * cols,
    );
    const { frameSet, video } = this.run.featureSet;
    const mask = softLabelsToLabelMap(
      soft,
      objects.length + 1,
      { rows, cols },
      frameSet,
      sizeOf(video),
      this.run.parameters as PropagationParameters,
    );
    const ids = Uint8Array.from([0, ...objects]);
    const channelOf = new Map(objects.map((id, i) => [id, i + 1]));
    return {
      indices: renumber(mask.channel, ids),
      confidenceOf: (id: number) => mask.confidence[channelOf.get(id) ?? -1] ?? 0,
      driftOf: (id: number) => mask.drift[channelOf.get(id) ?? -1] ?? 0,
      frameConfidence: mask.frameConfidence,
    };
  }

  /** How far the prompts that an object's labels come from say that it is there at all, 0..1. */
  private presence(id: number, { forward, backward, backwardShare }: Source): number {
    const isShown = (pass: Pass | null) =>
      pass !== null && this.run.prompts.find((prompt) => prompt.frame === pass.from)!.present.includes(id);
    return (isShown(forward) ? 1 - backwardShare : 0) + (isShown(backward) ? backwardShare : 0);
  }
}

function groupOf(frame: number, { objects, forward, backward, backwardShare }: Source, labels: PassLabels): LabelGroup {
  const part = (pass: Pass | null, share: number) =>
    pass ? [{ soft: labels.on(frame, pass), objects: pass.objects, share }] : [];
  return { objects, parts: [...part(forward, 1 - backwardShare), ...part(backward, backwardShare)] };
}

// Loops over the pixels of every frame: `map` and `for of` take several times as long.

/** In place. */
function renumber(channels: Uint8Array, ids: Uint8Array): Uint8Array {
  for (let i = 0; i < channels.length; i++) channels[i] = ids[channels[i]!]!;
  return channels;
}

function countIds(labels: Uint8Array): Uint32Array {
  const counts = new Uint32Array(256);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]!++;
  return counts;
}

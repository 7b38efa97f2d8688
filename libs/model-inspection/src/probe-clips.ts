import type { Size } from '@propago/encoder';
import { type Hardness, renderClip } from '@propago/sample-clip';
import type { TrueFrame } from './score-clip';

/** Changes with the pixels or labels of the probe clips: scores on clips of another version are not compared. */
export const PROBE_CLIPS_VERSION = 2;

const SIZE: Size = { width: 432, height: 240 };
const FRAMES = 9;
/** Every fourth frame is taken: things move as far as in a longer clip. */
const STRIDE = 4;

/** A rendered clip with exact labels that every candidate propagates. */
export interface ProbeClip {
  name: string;
  seed: number;
  size: Size;
  frames: number;
  objects: number;
  hardness: Hardness;
}

/**
 * Made so that they rank encoders as real clips do, see `npm run bench:gate`. Objects have nearly the colours of the ground
 * and fine textures: colours of single patches, and random projections of them, tell nothing here, while on plain clips
 * they do nearly as well as an encoder.
 */
export const PROBE_CLIPS: readonly ProbeClip[] = [
  probe('look-alikes', 17, 2, { likeness: 0.8, detail: 3, motion: 2, light: 3, distractors: 2 }),
  probe('crossing', 31, 3, { likeness: 0.8, detail: 3, motion: 3, light: 3, distractors: 1 }),
  probe('camouflage', 5, 1, { likeness: 0.9, detail: 2, motion: 4, light: 4, distractors: 3 }),
  probe('changing-light', 43, 2, { likeness: 0.8, detail: 2, motion: 3, light: 4, distractors: 1 }),
];

function probe(name: string, seed: number, objects: number, hardness: Hardness): ProbeClip {
  return { name, seed, objects, hardness, size: SIZE, frames: FRAMES };
}

/** The frames of a probe clip, rendered as they are asked for. */
export function probeClipFrames(clip: ProbeClip): Generator<TrueFrame> {
  return renderClip({ ...probeClipOptions(clip), frames: clip.frames });
}

/** What the frames of a probe clip are rendered with. */
export function probeClipOptions({ size, seed, objects, hardness }: ProbeClip) {
  return { ...size, seed, objects, stride: STRIDE, hardness: { ...hardness } };
}

import type { Size } from '@propago/encoder';
import { renderClip } from '@propago/sample-clip';
import type { TrueFrame } from './score-clip';

/** Changes with the pixels or labels of the probe clips: scores on clips of another version are not compared. */
export const PROBE_CLIPS_VERSION = 2;

/** Every fourth frame is taken: things move as far as in a longer clip. */
const STRIDE = 4;
const SIZE = { width: 432, height: 240 };

/** A rendered clip with exact labels that every candidate propagates. */
export interface ProbeClip {
  name: string;
  seed: number;
  size: Size;
  objects: number;
  frames: number;
}

export const PROBE_CLIPS: readonly ProbeClip[] = [
  { name: 'one-object', seed: 5, size: SIZE, objects: 1, frames: 10 },
  { name: 'two-objects', seed: 17, size: SIZE, objects: 2, frames: 10 },
  { name: 'four-objects', seed: 31, size: SIZE, objects: 4, frames: 10 },
];

export function* probeClipFrames({ seed, size, objects, frames }: ProbeClip): Generator<TrueFrame> {
  let i = 0;
  for (const frame of renderClip({ ...size, seed, objects, frames: STRIDE * (frames - 1) + 1 })) {
    if (i++ % STRIDE === 0) yield frame;
  }
}

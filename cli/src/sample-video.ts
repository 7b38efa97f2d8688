import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { renderClip, SAMPLE_CLIP } from '@propago/sample-clip';
import { encodeVideo } from '@propago/video';

const FRAME_RATE = 24;

/** A rendered clip whose labels are known on every frame. */
export interface SampleVideo {
  /** MP4 file. */
  video: string;
  /** Indexed PNG of frame 0's labels. */
  mask: string;
  width: number;
  height: number;
  /** Per frame height x width class ids, row-major. */
  truth: Uint8Array[];
}

/** Renders the sample clip to `video.mp4` and its first labels to `mask.png` in a folder. */
export async function renderSample(folder: string, signal: AbortSignal): Promise<SampleVideo> {
  const { width, height } = SAMPLE_CLIP;
  const video = join(folder, 'video.mp4');
  const mask = join(folder, 'mask.png');
  const truth: Uint8Array[] = [];
  const pictures = async function* (): AsyncGenerator<Buffer> {
    for (const { rgb, labels } of renderClip(SAMPLE_CLIP)) {
      truth.push(labels);
      yield rgb;
      // Rendering is synchronous: without a pause, an interruption would wait for the whole clip.
      await setImmediate(undefined, { signal });
    }
  };
  await encodeVideo(video, { width, height, frameRate: FRAME_RATE, signal }, pictures());
  await writeFile(mask, encodeIndexedPng({ width, height, indices: truth[0]!, palette: VOC_PALETTE }));
  return { video, mask, width, height, truth };
}

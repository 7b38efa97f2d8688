import { blendOverlay, drawKeypoints, encodeVideo } from '@propago/video';
import { drawnKeypoints } from '../drawn-keypoints';
import { type FormatWriter, NOTHING_LOST } from '../format';
import { labelMapOf } from '../label-map';

/** The video with its masks and key points painted over it. */
export const writeOverlay: FormatWriter<'overlay-mp4'> = async (source, { file, signal }, { opacity, outline }) => {
  const { run } = source;
  const { width, height, frameRate, palette } = run;
  const style = { alpha: opacity, outline, width };
  await source.withPictures(async (pictures) => {
    async function* painted(): AsyncGenerator<Buffer> {
      for await (const { frame, rgb } of pictures) {
        const picture = blendOverlay(rgb, labelMapOf(run, frame), palette, style);
        drawKeypoints(picture, width, drawnKeypoints(run, frame));
        yield picture;
      }
    }
    await encodeVideo(file, { width, height, frameRate, signal }, painted());
  });
  return NOTHING_LOST;
};

/** The masks alone, as VP9 with an alpha channel. */
export const writeTransparentOverlay: FormatWriter<'overlay-webm'> = async (
  { run, frames },
  { file, signal },
  { opacity },
) => {
  const { width, height, frameRate, palette } = run;
  const alpha = Math.round(opacity * 255);
  async function* drawn(): AsyncGenerator<Buffer> {
    for await (const frame of frames()) yield coloured(labelMapOf(run, frame), palette, alpha);
  }
  await encodeVideo(file, { width, height, frameRate, signal, as: 'webm-alpha' }, drawn());
  return NOTHING_LOST;
};

/** rgba of the labels' colours. */
function coloured(labels: Uint8Array, palette: Uint8Array, alpha: number): Buffer {
  const rgba = Buffer.alloc(labels.length * 4);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label === 0) continue;
    rgba.set(palette.subarray(3 * label, 3 * label + 3), 4 * i);
    rgba[4 * i + 3] = alpha;
  }
  return rgba;
}

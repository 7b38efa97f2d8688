import { renderPictures } from '@propago/sample-clip';
import { zipSync } from 'fflate';
import type { Video } from '../api/client';
import { upload } from '../api/upload';
import { saveDraft } from '../labels/drafts';

const CLIP = { width: 480, height: 272, frames: 48, seed: 1, objects: 3 };

/**
 * Renders the sample clip, sends it as a zip of frames, and paints its objects on the first one, as they are.
 *
 * @param onProgress called with 0..1
 * @returns id of the video
 * @throws Problem
 */
export async function sendSample(onProgress: (share: number) => void): Promise<string> {
  const { width, height, frames } = CLIP;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  const files: Record<string, Uint8Array> = {};
  let first: Uint8Array | undefined;
  let done = 0;
  for (const { rgb, labels } of renderPictures(CLIP)) {
    first ??= labels;
    context.putImageData(pictureOf(rgb, width, height), 0, 0);
    const picture = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
    files[`${String(done).padStart(5, '0')}.jpg`] = new Uint8Array(await picture.arrayBuffer());
    onProgress(++done / frames);
  }
  const form = new FormData();
  // The pictures are compressed already.
  form.append('video', new Blob([zipSync(files, { level: 0 }) as BlobPart]), 'sample clip.zip');
  const { id } = await upload<Video>('/v1/videos', form);
  saveDraft(id, 0, first!, width, height);
  return id;
}

function pictureOf(rgb: Uint8Array, width: number, height: number): ImageData {
  const picture = new ImageData(width, height);
  for (let i = 0, at = 0; at < rgb.length; i += 4, at += 3) {
    picture.data[i] = rgb[at]!;
    picture.data[i + 1] = rgb[at + 1]!;
    picture.data[i + 2] = rgb[at + 2]!;
    picture.data[i + 3] = 255;
  }
  return picture;
}

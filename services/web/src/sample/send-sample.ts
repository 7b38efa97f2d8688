import { renderPictures } from '@propago/sample-clip';
import { zipSync } from 'fflate';
import { api, ask } from '../api/client';
import { saveDraft } from '../labels/drafts';
import { pictureOf } from './picture-of';

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
  const { id } = await ask(api.POST('/v1/videos', { body: form as never }));
  saveDraft(id, 0, first!, width, height);
  return id;
}

import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { type Platform, pixelsOf } from './platform';

const SMALL = { inputSize: { kind: 'short-side', shortSide: 128, multipleOf: 8, rounding: 'nearest' } };

/** A mask with one painted ellipse in the middle. */
function paintedMask(width: number, height: number): Buffer {
  const indices = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (((x / width - 0.5) / 0.2) ** 2 + ((y / height - 0.5) / 0.3) ** 2 < 1) indices[y * width + x] = 1;
    }
  }
  return encodeIndexedPng({ width, height, indices, palette: VOC_PALETTE });
}

/** Runs a video with a painted mask, and checks that there is one mask of the right size for every frame. */
export async function expectMasks(
  platform: Platform,
  video: Buffer,
  frames: number,
  size: { width: number; height: number },
) {
  const mask = paintedMask(size.width, size.height);
  const run = await platform.succeededRun({ video, mask, options: { preset: 'dino', parameters: SMALL } });
  expect(run.progress.frames).toBe(frames);
  const page = await platform.json<{ items: { index: number; pts: number }[] }>(`/v1/runs/${run.id}/frames?limit=1000`);
  expect(page.items.map(({ index }) => index)).toEqual(Array.from({ length: frames }, (_, i) => i));
  const last = pixelsOf(await platform.maskOf(run.id, frames - 1));
  expect({ width: last.width, height: last.height }).toEqual(size);
  return { id: run.id, items: page.items };
}

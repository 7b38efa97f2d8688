import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { mp4Of, type SmallClip } from './small-clip';

/** Bits of a frame's number, each a block of the strip at the top, the lowest first. */
export const BITS = 8;
const STRIP = 32;
const SQUARE = 48;

/** A clip whose frames carry their number in pixels: white blocks for ones, black for zeros; below, a square that moves. */
export async function numberedClip(count: number): Promise<SmallClip> {
  const [width, height] = [320, 192];
  const rendered = Array.from({ length: count }, (_, frame) => {
    const rgb = Buffer.alloc(width * height * 3);
    const labels = new Uint8Array(width * height);
    const left = 10 + Math.round((frame / Math.max(1, count - 1)) * (width - SQUARE - 20));
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const i = y * width + x;
        const isInside = x >= left && x < left + SQUARE && y >= 90 && y < 90 + SQUARE;
        const bit = (frame >> Math.floor((x * BITS) / width)) & 1;
        if (isInside) labels[i] = 1;
        rgb.set(
          y < STRIP ? [255 * bit, 255 * bit, 255 * bit] : isInside ? [220, 60, 40] : [70, 90, 80 + (y % 16)],
          i * 3,
        );
      }
    }
    return { rgb, labels };
  });
  const frames = rendered.map(({ rgb }) => rgb);
  const truth = rendered.map(({ labels }) => labels);
  const mask = encodeIndexedPng({ width, height, indices: truth[0]!, palette: VOC_PALETTE });
  return { width, height, frames, truth, joints: [], video: await mp4Of(frames, { width, height }), mask };
}

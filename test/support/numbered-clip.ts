import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { clip as fileClip, generateClip } from '../../libs/video/testing/generate-clip';
import { mp4Of, zipOfFrames, type SmallClip } from './small-clip';

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

/** How the frames are kept: what players, and pages, take for another frame than it is. */
export const CONTAINERS = ['mp4', 'zip', 'variable rate', 'rotated', 'late start'] as const;
export type Container = (typeof CONTAINERS)[number];

const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p'];

/** The clip in another container, as it is shown the same, frame by frame. */
export async function contained(clip: SmallClip, container: Container): Promise<Buffer> {
  if (container === 'mp4') return clip.video;
  if (container === 'zip') {
    const names = clip.frames.map((_, i) => `${String(i).padStart(5, '0')}.png`);
    return zipOfFrames(clip, 'png', names);
  }
  const folder = await mkdtemp(join(tmpdir(), 'propago-numbered-'));
  try {
    const at = (name: string) => join(folder, name);
    await writeFile(at('clip.mp4'), clip.video);
    const made = await {
      'variable rate': () =>
        generateClip(
          at('variable.mp4'),
          [fileClip(at('clip.mp4'))],
          [
            ...['-vf', 'setpts=(N+0.3*N*N/10)/25/TB', '-fps_mode', 'passthrough', '-video_track_timescale', '90000'],
            ...H264,
          ],
        ),
      // Lying on its side, with a note that says so.
      rotated: async () => {
        const lying = await generateClip(at('lying.mp4'), [fileClip(at('clip.mp4'))], ['-vf', 'transpose=1', ...H264]);
        return generateClip(at('rotated.mp4'), [fileClip(lying)], ['-c', 'copy', '-metadata:s:v', 'rotate=90']);
      },
      'late start': () =>
        generateClip(at('late.mkv'), [fileClip(at('clip.mp4'))], [...H264, '-output_ts_offset', '5.5']),
    }[container]();
    return await readFile(made);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

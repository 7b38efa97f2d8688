import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { renderClip, type Joint } from '@propago/sample-clip';
import { encodeVideo } from '@propago/video';
import { zipOf } from './zip';

/** A rendered clip that a run takes about a second for. */
export interface SmallClip {
  width: number;
  height: number;
  /** rgb24, one buffer a frame. */
  frames: Buffer[];
  /** Class ids of each frame, height x width. */
  truth: Uint8Array[];
  /** Points of the objects' surfaces, by frame and object. */
  joints: Joint[][][];
  /** MP4 of the frames. */
  video: Buffer;
  /** Indexed PNG of frame 0's labels. */
  mask: Buffer;
}

export interface SmallClipOptions {
  width?: number;
  height?: number;
  frames?: number;
  objects?: number;
  /** Another seed is another video. */
  seed?: number;
}

/** Renders a clip and encodes it as an MP4 and a first mask. */
export async function smallClip({ width = 192, height = 128, ...options }: SmallClipOptions = {}): Promise<SmallClip> {
  const { frames: count = 20, objects = 2, seed = 1 } = options;
  const rendered = [...renderClip({ width, height, frames: count, objects, seed })];
  const frames = rendered.map(({ rgb }) => rgb);
  const truth = rendered.map(({ labels }) => labels);
  const joints = rendered.map((frame) => frame.joints);
  const video = await mp4Of(frames, { width, height });
  const mask = encodeIndexedPng({ width, height, indices: truth[0]!, palette: VOC_PALETTE });
  return { width, height, frames, truth, joints, video, mask };
}

/** rgb24 frames as the bytes of an MP4. */
export async function mp4Of(frames: Buffer[], size: { width: number; height: number }): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'propago-clip-'));
  try {
    const file = join(folder, 'clip.mp4');
    const source = async function* () {
      yield* frames;
    };
    await encodeVideo(file, { ...size, frameRate: 24 }, source());
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Frames of a clip as a zip of pictures with the given names, which need not be consecutive. */
export async function zipOfFrames(
  { frames, width, height }: SmallClip,
  format: 'jpeg' | 'png',
  names: string[],
): Promise<Buffer> {
  const pictures = await Promise.all(
    names.map(async (name, i) => {
      const picture = sharp(frames[i]!, { raw: { width, height, channels: 3 } });
      return { name, bytes: await picture.toFormat(format).toBuffer() };
    }),
  );
  return zipOf(pictures);
}

/** Frames of a clip as a video without loss, so that the same frames in another order are the same pixels. */
export function losslessVideo(clip: SmallClip, frames: Buffer[] = clip.frames): Promise<Buffer> {
  const names = frames.map((_, i) => `${String(i).padStart(3, '0')}.png`);
  return zipOfFrames({ ...clip, frames }, 'png', names);
}

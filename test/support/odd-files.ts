import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { chunk, handmadePng, header, SIGNATURE } from '../../libs/labels/src/png/handmade-png.fixture';
import { generateClip, testPicture, tone } from '../../libs/video/testing/generate-clip';

type Inputs = Parameters<typeof generateClip>[1];

async function generated(name: string, inputs: Inputs, output: string[]): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'propago-odd-'));
  try {
    return await readFile(await generateClip(join(folder, name), inputs, output));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** An MP4 with a tone and no picture. */
export const soundOnly = (): Promise<Buffer> => generated('sound.mp4', [tone(1)], ['-c:a', 'aac']);

/** A fragmented MP4 whose first fragment never comes: a video track without a sample. */
export async function withoutFrames(): Promise<Buffer> {
  const movflags = 'empty_moov+frag_keyframe+default_base_moof';
  const output = ['-movflags', movflags, '-c:v', 'libx264', '-pix_fmt', 'yuv420p'];
  const video = await generated('empty.mp4', [testPicture('192x128', 25, 5)], output);
  // From the type of the first fragment back over its size field.
  return video.subarray(0, video.indexOf('moof') - 4);
}

/** An MP4 with its index at the end. */
export const indexAtEnd = (): Promise<Buffer> =>
  generated('back.mp4', [testPicture('192x128', 25, 12)], ['-c:v', 'libx264', '-pix_fmt', 'yuv420p']);

/** A Matroska stream, which states no length, as a camera that is still recording writes it. */
export const liveRecording = (): Promise<Buffer> =>
  generated(
    'live.mkv',
    [testPicture('192x128', 25, 50)],
    [...['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-f', 'matroska', '-live', '1']],
  );

/** Types of the boxes of an MP4, in order. */
export function boxesOf(mp4: Buffer): string[] {
  const types: string[] = [];
  for (let at = 0; at + 8 <= mp4.length; at += Math.max(8, mp4.readUInt32BE(at))) {
    types.push(mp4.toString('latin1', at + 4, at + 8));
  }
  return types;
}

/** An 8-bit grey PNG whose pixels are given by their position. */
export function greyPng(width: number, height: number, valueAt: (x: number, y: number) => number): Buffer {
  const scanlines = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) scanlines[y * (width + 1) + 1 + x] = valueAt(x, y);
  return handmadePng({ width, height, bitDepth: 8, colourType: 0, scanlines });
}

/** A 16-bit grey PNG that counts 0, 1, .., `classes` from left to right and on. */
export function deepPng(width: number, height: number, classes: number): Buffer {
  const scanlines = Buffer.alloc(height * (2 * width + 1));
  for (let i = 0; i < width * height; i++) {
    scanlines.writeUInt16BE(i % (classes + 1), Math.floor(i / width) * (2 * width + 1) + 1 + 2 * (i % width));
  }
  return handmadePng({ width, height, bitDepth: 16, colourType: 0, scanlines });
}

/** A PNG that says it is of this size, and whose pixels inflate to `inflatedBytes` zeros. */
export function bombPng(width: number, height: number, inflatedBytes: number): Buffer {
  const pixels = chunk('IDAT', deflateSync(Buffer.alloc(inflatedBytes), { level: 9 }));
  const palette = chunk('PLTE', Buffer.alloc(6));
  return Buffer.concat([
    SIGNATURE,
    header({ width, height, bitDepth: 8, colourType: 3 }),
    palette,
    pixels,
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

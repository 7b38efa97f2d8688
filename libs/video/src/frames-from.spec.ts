import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { generateClip, testPicture } from '../testing/generate-clip';
import { describeWithFfmpeg } from '../testing/with-ffmpeg';
import { zipOf } from '../../../test/support/zip';
import { DEFAULT_VIDEO_LIMITS } from './limits';
import { openVideoSource, type VideoSource } from './source';

jest.setTimeout(60_000);

const H264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-g', '12'];

/** Time stamp and checksum of each frame. */
async function seen(frames: ReturnType<VideoSource['frames']>): Promise<{ pts: number; key: boolean; sum: number }[]> {
  const found = [];
  for await (const { pts, keyFrame, rgb } of frames) found.push({ pts, key: keyFrame, sum: crc32(rgb) });
  return found;
}

describeWithFfmpeg('framesFrom', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'propago-frames-from-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['a.mp4', [...H264, '-bf', '2']],
    ['late.mp4', [...H264, '-bf', '2', '-output_ts_offset', '5.5']],
    ['open-gop.mkv', [...H264, '-bf', '3', '-x264-params', 'open-gop=1']],
    ['a.mkv', [...H264, '-bf', '2']],
    ['a.webm', ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-g', '12']],
    ['a.ts', H264],
  ])('gives the very frames of %s from a key frame on', async (name, codec) => {
    const path = await generateClip(at(name), [testPicture('160x120', 25, 60)], codec);
    const source = await openVideoSource(path, DEFAULT_VIDEO_LIMITS);
    const all = await seen(source.frames());
    const index = all.findLastIndex(({ key }) => key);
    expect(index).toBeGreaterThan(20);
    expect(await source.hasUniqueTimes()).toBe(true);
    const found = await seen(source.framesFrom({ index, pts: all[index]!.pts }));
    // Some containers begin earlier; the frames before a key frame may need what was skipped.
    const same = found.filter(({ pts }) => pts >= all[index]!.pts);
    expect(same).toEqual(all.slice(index));
    expect(found.length).toBeLessThan(all.length);
  });

  it('opens the frame of a zip directly', async () => {
    const pictures = [10, 60, 110, 160].map(async (grey, i) => ({
      name: `${i}.png`,
      bytes: await sharp({ create: { width: 8, height: 8, channels: 3, background: { r: grey, g: 0, b: 0 } } })
        .png()
        .toBuffer(),
    }));
    await writeFile(at('frames.zip'), await zipOf(await Promise.all(pictures)));
    const source = await openVideoSource(at('frames.zip'), DEFAULT_VIDEO_LIMITS);
    const all = await seen(source.frames());
    expect(await seen(source.framesFrom({ index: 2, pts: 2 }))).toEqual(all.slice(2));
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { clip, generateClip, testPicture } from '../libs/video/testing/generate-clip';
import { type Platform, pixelsOf, startPlatform } from './support/platform';

const SHARED = path.resolve(__dirname, '../../shared/data');
const SMALL = { inputSize: { kind: 'short-side', shortSide: 128, multipleOf: 8, rounding: 'nearest' } };

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform();
}, 60_000);

afterAll(() => platform?.stop());

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
async function expectMasks(video: Buffer, frames: number, size: { width: number; height: number }) {
  const mask = paintedMask(size.width, size.height);
  const run = await platform.succeededRun({ video, mask, options: { preset: 'dino', parameters: SMALL } });
  expect(run.progress.frames).toBe(frames);
  const page = await platform.json<{ items: { index: number; pts: number }[] }>(`/v1/runs/${run.id}/frames?limit=1000`);
  expect(page.items.map(({ index }) => index)).toEqual(Array.from({ length: frames }, (_, i) => i));
  const last = pixelsOf(await platform.maskOf(run.id, frames - 1));
  expect({ width: last.width, height: last.height }).toEqual(size);
  return page.items;
}

const clips = [
  ['pumavos-chair/chair.mp4', 60, { width: 720, height: 480 }],
  ['clips/bedroom.mp4', 200, { width: 960, height: 540 }],
  ['clips/cutie-example.mp4', 117, { width: 640, height: 480 }],
  ['clips/05_default_juggle.mp4', 247, { width: 1280, height: 720 }],
] as const;

describe('a real clip', () => {
  const present = existsSync(path.join(SHARED, clips[0][0]));
  const title = present ? '%s gives a mask for each of its %d frames' : '%s is skipped: no ../shared (%d frames)';
  (present ? it : it.skip).each(clips)(
    title,
    async (name, frames, size) => {
      await expectMasks(readFileSync(path.join(SHARED, name)), frames, size);
    },
    120_000,
  );
});

describe('an odd clip', () => {
  const H264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-bf', '0'];
  let folder: string;
  const at = (name: string) => path.join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'propago-odd-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('that is rotated is labelled as it is shown', async () => {
    const flat = await generateClip(at('flat.mp4'), [testPicture('192x128', 25, 20)], H264);
    const turned = ['-c', 'copy', '-metadata:s:v', 'rotate=90'];
    const file = await generateClip(at('rotated.mp4'), [clip(flat)], turned);
    await expectMasks(readFileSync(file), 20, { width: 128, height: 192 });
  }, 60_000);

  it('of variable frame rate keeps its time stamps', async () => {
    const some = ['-vf', "select='not(mod(n,5))+not(mod(n,7))'", '-fps_mode', 'vfr', '-video_track_timescale', '25'];
    const file = await generateClip(at('vfr.mp4'), [testPicture('192x128', 25, 30)], [...some, ...H264]);
    const items = await expectMasks(readFileSync(file), 10, { width: 192, height: 128 });
    expect(items.map(({ pts }) => pts)).toEqual([0, 5, 7, 10, 14, 15, 20, 21, 25, 28]);
  }, 60_000);

  it('that starts late keeps its start time', async () => {
    const late = ['-vf', 'setpts=PTS+2/TB', '-fps_mode', 'passthrough', '-copyts'];
    const file = await generateClip(at('late.mkv'), [testPicture('192x128', 25, 5)], [...late, ...H264]);
    const items = await expectMasks(readFileSync(file), 5, { width: 192, height: 128 });
    expect(items.map(({ pts }) => pts)).toEqual([2000, 2040, 2080, 2120, 2160]);
  }, 60_000);
});

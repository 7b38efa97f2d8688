import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEFAULT_VIDEO_LIMITS, openVideoSource } from '@propago/video';
import { clip, generateClip, testPicture } from '../libs/video/testing/generate-clip';
import { expectMasks } from './support/expect-masks';
import { type Platform } from './support/platform';
import { sharedPlatform } from './support/shared-platform';

let platform: Platform;

beforeAll(async () => {
  platform = await sharedPlatform();
});

afterAll(() => platform?.stop());

describe('an odd clip', () => {
  const H264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-bf', '0'];
  let folder: string;
  const at = (name: string) => path.join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'propago-odd-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function overlayOf(id: string) {
    await writeFile(at('overlay.mp4'), await platform.bytes(`/v1/runs/${id}/overlay.mp4`));
    const { probe } = await openVideoSource(at('overlay.mp4'), DEFAULT_VIDEO_LIMITS);
    const { frameCountEstimate, durationSeconds } = probe;
    return { frameCountEstimate, durationSeconds };
  }

  it('that is rotated is labelled as it is shown', async () => {
    const flat = await generateClip(at('flat.mp4'), [testPicture('192x128', 25, 20)], H264);
    const turned = ['-c', 'copy', '-metadata:s:v', 'rotate=90'];
    const file = await generateClip(at('rotated.mp4'), [clip(flat)], turned);
    await expectMasks(platform, readFileSync(file), 20, { width: 128, height: 192 });
  });

  it('of variable frame rate keeps its time stamps', async () => {
    const some = ['-vf', "select='not(mod(n,5))+not(mod(n,7))'", '-fps_mode', 'vfr', '-video_track_timescale', '25'];
    const file = await generateClip(at('vfr.mp4'), [testPicture('192x128', 25, 30)], [...some, ...H264]);
    const { items } = await expectMasks(platform, readFileSync(file), 10, { width: 192, height: 128 });
    expect(items.map(({ pts }) => pts)).toEqual([0, 5, 7, 10, 14, 15, 20, 21, 25, 28]);
  });

  it('whose headers state another rate than its frames have gives an overlay as long as it is', async () => {
    const some = ['-vf', "select='eq(n,1)+not(mod(n,5))'", '-fps_mode', 'vfr'];
    const file = await generateClip(at('rare.mkv'), [testPicture('192x128', 25, 51)], [...some, ...H264]);
    const { id, items } = await expectMasks(platform, readFileSync(file), 12, { width: 192, height: 128 });
    expect(items.map(({ pts }) => pts)).toEqual([0, 40, ...Array.from({ length: 10 }, (_, i) => (i + 1) * 200)]);
    expect(await overlayOf(id)).toEqual({ frameCountEstimate: 12, durationSeconds: expect.closeTo((12 / 11) * 2, 2) });
  });

  it('that was joined of two recordings has the frames of both, and an overlay at their rate', async () => {
    const file = await generateClip(at('part.ts'), [testPicture('192x128', 25, 20)], [...H264, '-g', '10']);
    const bytes = readFileSync(file);
    const { id, items } = await expectMasks(platform, Buffer.concat([bytes, bytes]), 40, { width: 192, height: 128 });
    expect(items.slice(20).map(({ pts }) => pts)).toEqual(items.slice(0, 20).map(({ pts }) => pts));
    expect(await overlayOf(id)).toEqual({ frameCountEstimate: 40, durationSeconds: expect.closeTo(40 / 25, 2) });
  });

  it('that starts late keeps its start time', async () => {
    const late = ['-vf', 'setpts=PTS+2/TB', '-fps_mode', 'passthrough', '-copyts'];
    const file = await generateClip(at('late.mkv'), [testPicture('192x128', 25, 5)], [...late, ...H264]);
    const { items } = await expectMasks(platform, readFileSync(file), 5, { width: 192, height: 128 });
    expect(items.map(({ pts }) => pts)).toEqual([2000, 2040, 2080, 2120, 2160]);
  });
});

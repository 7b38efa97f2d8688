import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
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

  it('that is rotated is labelled as it is shown', async () => {
    const flat = await generateClip(at('flat.mp4'), [testPicture('192x128', 25, 20)], H264);
    const turned = ['-c', 'copy', '-metadata:s:v', 'rotate=90'];
    const file = await generateClip(at('rotated.mp4'), [clip(flat)], turned);
    await expectMasks(platform, readFileSync(file), 20, { width: 128, height: 192 });
  });

  it('of variable frame rate keeps its time stamps', async () => {
    const some = ['-vf', "select='not(mod(n,5))+not(mod(n,7))'", '-fps_mode', 'vfr', '-video_track_timescale', '25'];
    const file = await generateClip(at('vfr.mp4'), [testPicture('192x128', 25, 30)], [...some, ...H264]);
    const items = await expectMasks(platform, readFileSync(file), 10, { width: 192, height: 128 });
    expect(items.map(({ pts }) => pts)).toEqual([0, 5, 7, 10, 14, 15, 20, 21, 25, 28]);
  });

  it('that starts late keeps its start time', async () => {
    const late = ['-vf', 'setpts=PTS+2/TB', '-fps_mode', 'passthrough', '-copyts'];
    const file = await generateClip(at('late.mkv'), [testPicture('192x128', 25, 5)], [...late, ...H264]);
    const items = await expectMasks(platform, readFileSync(file), 5, { width: 192, height: 128 });
    expect(items.map(({ pts }) => pts)).toEqual([2000, 2040, 2080, 2120, 2160]);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expectMasks } from './support/expect-masks';
import { type Platform } from './support/platform';
import { sharedPlatform } from './support/shared-platform';

const SHARED = path.resolve(__dirname, '../../shared/data');

let platform: Platform;

beforeAll(async () => {
  platform = await sharedPlatform();
});

afterAll(() => platform?.stop());

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
      await expectMasks(platform, readFileSync(path.join(SHARED, name)), frames, size);
    },
    300_000,
  );
});

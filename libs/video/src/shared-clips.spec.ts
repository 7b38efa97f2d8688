import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describeWithFfmpeg } from '../testing/with-ffmpeg';
import { DEFAULT_VIDEO_LIMITS } from './limits';
import { openVideoSource } from './source';

const DATA = resolve(__dirname, '../../../../shared/data');
if (!existsSync(DATA)) process.stderr.write(`Skipped: the clips of ${DATA} are not there.\n`);

describeWithFfmpeg('real clips', () => {
  (existsSync(DATA) ? it : it.skip).each([
    ['pumavos-chair/chair.mp4', 60],
    ['dogs-jump/video.mp4', 66],
    ['clips/bedroom.mp4', 200],
    ['clips/cutie-example.mp4', 117],
    ['clips/05_default_juggle.mp4', 247],
    ['keypoints-flies/centered_pair_small.mp4', 1100],
  ])(
    '%s has %d frames, all of which decode',
    async (name, count) => {
      const source = await openVideoSource(resolve(DATA, name), DEFAULT_VIDEO_LIMITS);
      expect(source.probe.frameCountEstimate).toBe(count);
      let decoded = 0;
      let last = -Infinity;
      for await (const { index, pts } of source.frames()) {
        decoded = index + 1;
        expect(pts).toBeGreaterThan(last);
        last = pts;
      }
      expect(decoded).toBe(count);
    },
    60_000,
  );
});

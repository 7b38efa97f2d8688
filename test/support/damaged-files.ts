import { smallModelBytes } from '../../libs/model-inspection/testing/models.fixture';
import { boxes, chunks, elements, fields, mutateFile, withChecksums, zipRecords } from './mutations';
import { liveRecording } from './odd-files';
import { oneOf } from './random-corrections';
import type { Files } from './random-requests';
import { type SmallClip, smallClip, zipOfFrames } from './small-clip';

const FRAMES = 6;

/** A clip that a run takes no time for. */
export const tinyClip = (): Promise<SmallClip> => smallClip({ frames: FRAMES, width: 96, height: 64 });

/** Files for the parts of forms: most are damaged in the structure of their format, some are good. */
export async function damagedFiles(clip: SmallClip): Promise<Files> {
  const names = Array.from({ length: FRAMES }, (_, i) => `${i}.png`);
  const seeds = {
    video: [
      { bytes: clip.video, pieces: boxes },
      { bytes: await liveRecording(), pieces: elements },
      { bytes: await zipOfFrames(clip, 'png', names), pieces: zipRecords },
    ],
    mask: [{ bytes: clip.mask, pieces: chunks }],
    model: [{ bytes: smallModelBytes(), pieces: fields }],
  };
  return (part, next) => {
    const { bytes, pieces } = oneOf(next, seeds[part as keyof typeof seeds] ?? seeds.mask);
    if (next() < 0.3) return bytes;
    const changed = mutateFile(bytes, pieces, next);
    return pieces === chunks && next() < 0.8 ? withChecksums(changed) : changed;
  };
}

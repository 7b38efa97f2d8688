import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { matFile } from './support/mat-file';
import { type Platform } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { Propago } from './support/propago-command';
import { smallClip, type SmallClip } from './support/small-clip';

const FRAMES = 20;
/** Of the parameters that DAVIS and YouTube-VOS are run with, with a grid that suits a small picture. */
const SIZE = ['--option', 'inputSize={"kind":"native","multipleOf":16,"rounding":"floor"}'];

let clip: SmallClip;
let platform: Platform;
let folder: string;

beforeAll(async () => {
  clip = await smallClip({ frames: FRAMES, objects: 2, seed: 7 });
  folder = await mkdtemp(path.join(tmpdir(), 'propago-eval-test-'));
  platform = await sharedPlatform();
}, 120_000);
afterAll(async () => {
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function file(name: string, bytes: Buffer): Promise<void> {
  await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
  await writeFile(path.join(folder, name), bytes);
}
const picture = (frame: number, of = clip): Promise<Buffer> =>
  sharp(of.frames[frame]!, { raw: { width: of.width, height: of.height, channels: 3 } })
    .jpeg({ quality: 95 })
    .toBuffer();
/** The truth of a frame, of some objects only. */
const mask = (frame: number, objects = [1, 2]): Buffer => {
  const { width, height } = clip;
  const indices = clip.truth[frame]!.map((id) => (objects.includes(id) ? id : 0));
  return encodeIndexedPng({ width, height, indices, palette: VOC_PALETTE });
};
/** What `propago eval` prints with --json. */
async function evaluate<T>(...args: string[]): Promise<T> {
  const command = new Propago(['eval', ...args, '--server', platform.url, '--json']);
  return JSON.parse(await command.output()) as T;
}

it('scores YouTube-VOS: objects from the frame that shows them first, on labelled frames only', async () => {
  // The names go up in fives, and every second frame is labelled; object 2 is not known before the frame 00020.
  for (let frame = 0; frame < FRAMES; frame++) {
    const name = String(5 * frame).padStart(5, '0');
    await file(`vos/JPEGImages/clip/${name}.jpg`, await picture(frame));
    if (frame % 2 === 0) await file(`vos/Annotations/clip/${name}.png`, mask(frame, frame < 4 ? [1] : [1, 2]));
  }
  const { sequences, mean } = await evaluate<{
    sequences: { objects: { id: number; firstFrame: number; frames: number; J: number; F: number }[] }[];
    mean: { JF: number; objects: number };
  }>('youtube-vos', '--root', path.join(folder, 'vos'), ...SIZE);
  const [first, second] = sequences[0]!.objects;
  expect(first).toMatchObject({ id: 1, firstFrame: 0, frames: 9 });
  expect(second).toMatchObject({ id: 2, firstFrame: 4, frames: 7 });
  for (const object of [first!, second!]) expect(object.J).toBeGreaterThan(0.5);
  expect(mean.objects).toBe(2);
  expect(mean.JF).toBeCloseTo((first!.J + first!.F + second!.J + second!.F) / 4, 12);
  expect(await platform.query('select id from "Run" where "deletedAt" is null')).toEqual([]);
});

it('scores VIP: one confusion matrix of 20 classes at 560x560', async () => {
  for (const name of ['videos1', 'videos2']) {
    for (let frame = 0; frame < 4; frame++) {
      const stem = String(frame + 1).padStart(12, '0');
      await file(`vip/Images/${name}/${stem}.jpg`, await picture(frame));
      await file(`vip/Annotations/Category_ids/${name}/${stem}.png`, mask(frame));
    }
  }
  await file('vip/lists/val_videos.txt', Buffer.from('videos1\n'));
  const { sequences, mean } = await evaluate<{
    sequences: { name: string; frames: number; iou: number }[];
    mean: { mean: number; perClass: (number | null)[] };
  }>('vip', '--root', path.join(folder, 'vip'));
  expect(sequences).toMatchObject([{ name: 'videos1', frames: 4 }]);
  expect(mean.perClass.map((iou) => iou !== null)).toEqual([true, true, true, ...new Array<boolean>(17).fill(false)]);
  expect(mean.mean).toBe(sequences[0]!.iou);
  expect(mean.mean).toBeGreaterThan(0.5);
});

it('scores JHMDB: PCK of 15 joints at 320x320', async () => {
  const people = await smallClip({ frames: 6, objects: 3, seed: 11 });
  const positions: number[] = [];
  for (let frame = 0; frame < 6; frame++) {
    await file(`jhmdb/Rename_Images/wave/clip/0000${frame + 1}.png`, await picture(frame, people));
    // The first pixel of MATLAB is 1.
    for (const { x, y } of people.joints[frame]!.flat().slice(0, 15)) positions.push(x + 0.5, y + 0.5);
  }
  await file('jhmdb/joint_positions/wave/clip/joint_positions.mat', matFile('pos_img', [2, 15, 6], positions));
  await file('jhmdb/splits/wave_test_split1.txt', Buffer.from('clip.avi 2\nother.avi 1\n'));
  interface Pck {
    alpha: number;
    mean: number;
  }
  const { sequences, mean } = await evaluate<{
    sequences: { name: string; frames: number; pck: Pck[] }[];
    mean: Pck[];
  }>('jhmdb', '--root', path.join(folder, 'jhmdb'));
  expect(sequences).toMatchObject([{ name: 'wave/clip', frames: 5, pck: [{ alpha: 0.1 }, { alpha: 0.2 }] }]);
  expect(mean).toEqual(sequences[0]!.pck);
  expect(mean[1]!.mean).toBeGreaterThan(0.5);
});

it('corrects the frames of a sequence by their truth, and scores after each correction', async () => {
  for (let frame = 0; frame < FRAMES; frame++) {
    const name = String(frame).padStart(5, '0');
    await file(`davis/JPEGImages/480p/clip/${name}.jpg`, await picture(frame));
    await file(`davis/Annotations/480p/clip/${name}.png`, mask(frame));
  }
  interface Step {
    frame: number | null;
    JF: number;
    changed: number;
  }
  for (const choose of ['suggested', 'worst', 'even']) {
    const args = ['davis', '--root', path.join(folder, 'davis'), '--corrections', '2', '--choose', choose, ...SIZE];
    const { sequences, mean } = await evaluate<{ sequences: { steps: Step[] }[]; mean: number[] }>(...args);
    const { steps } = sequences[0]!;
    expect(steps.map(({ frame }) => frame === null)).toEqual([true, false, false]);
    expect(steps[1]!.JF).toBeGreaterThan(steps[0]!.JF);
    expect(steps[2]!.JF).toBeGreaterThan(steps[1]!.JF);
    expect(steps[1]!.changed).toBeGreaterThan(0);
    expect(mean).toEqual(steps.map(({ JF }) => JF));
  }
});

import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { ZipFile } from 'yazl';
import { scoreVip, vip } from './vip';

/** Stripes of one column for each class. */
function stripes(classes: number[], width = classes.length): Buffer {
  const indices = Uint8Array.from(
    { length: width * 4 },
    (_, i) => classes[Math.floor((i % width) / (width / classes.length))]!,
  );
  return encodeIndexedPng({ width, height: 4, indices, palette: VOC_PALETTE });
}

describe('vip', () => {
  let root: string;
  const file = (path: string, bytes: Buffer | string = ''): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
  };
  const video = (name: string, truth: Buffer[]): void =>
    truth.forEach((png, i) => {
      file(`Images/${name}/00000000000${i}.jpg`);
      file(`Annotations/Category_ids/${name}/00000000000${i}.png`, png);
    });
  const archive = async (masks: Buffer[]): Promise<string> => {
    const zip = new ZipFile();
    masks.forEach((png, i) => zip.addBuffer(png, `run/0000${i}.png`));
    zip.end();
    await pipeline(zip.outputStream as NodeJS.ReadableStream, createWriteStream(join(root, 'masks.zip')));
    return join(root, 'masks.zip');
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'propago-test-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('takes the videos of the list, with the parameters of the field', () => {
    for (const name of ['videos1', 'videos2', 'videos3']) video(name, [stripes([0, 1])]);
    file('lists/val_videos.txt', 'videos3\nvideos1\n');
    const dataSet = vip(root);
    expect(dataSet.preset).toBe('vip');
    expect(dataSet.sequences.map(({ name, frames }) => [name, frames])).toEqual([
      ['videos3', 1],
      ['videos1', 1],
    ]);
    expect(vip(root, ['videos2']).sequences[0]!.labels('').prompts).toEqual([
      { frame: 0, file: join(root, 'Annotations/Category_ids/videos2/000000000000.png') },
    ]);
  });

  it('weighs videos of all sizes alike, and counts all in one matrix', async () => {
    video('videos1', [stripes([0, 2, 5, 5]), stripes([0, 2, 5, 5])]);
    video('videos2', [stripes([0, 7], 12), stripes([0, 7], 12)]);
    const dataSet = vip(root, ['videos1', 'videos2']);
    const [first, second] = dataSet.sequences;
    const one = await scoreVip(first!, await archive([stripes([0, 2, 5, 5]), stripes([0, 2, 5, 0])]));
    const { perClass } = one.result();
    expect([perClass[0], perClass[2], perClass[5], perClass[1]]).toEqual([2 / 3, 1, 3 / 4, null]);
    const masks = {
      videos1: [stripes([0, 2, 5, 5]), stripes([0, 2, 5, 0])],
      videos2: [stripes([0, 7], 12), stripes([7, 7], 12)],
    };
    const runOf = (name: keyof typeof masks) => ({ masks: () => archive(masks[name]) }) as never;
    const results = [await dataSet.score(first!, runOf('videos1')), await dataSet.score(second!, runOf('videos2'))];
    // In quarters of a frame, over all four frames: class 0 has 4 of 7, class 7 has 4 of 6.
    expect(dataSet.mean(results)).toMatchObject({ mean: (4 / 7 + 1 + 3 / 4 + 4 / 6) / 4 });
  });

  it('names what is wrong with a folder', () => {
    expect(() => vip(root)).toThrow('val_videos.txt');
    video('videos1', [stripes([0, 1]), stripes([0, 1])]);
    rmSync(join(root, 'Annotations/Category_ids/videos1/000000000000.png'));
    expect(() => vip(root, ['videos1'])).toThrow('sequence videos1: its first frame has no annotation');
  });
});

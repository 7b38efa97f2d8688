import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { encodeIndexedPng, readStoredMask, VOC_PALETTE } from '@propago/labels';
import { ZipFile } from 'yazl';
import { scoreLateObjects, youtubeVos } from './youtube-vos';

const SIDE = 16;

/** A square of 4 px for each object, at x = 5 (id - 1); moved down by `shift`. */
function mask(objects: number[], shift = 0): Buffer {
  const indices = new Uint8Array(SIDE * SIDE);
  for (const id of objects) {
    for (let y = 0; y < 4; y++)
      indices.fill(id, (y + shift) * SIDE + 5 * (id - 1), (y + shift) * SIDE + 5 * (id - 1) + 4);
  }
  return encodeIndexedPng({ width: SIDE, height: SIDE, indices, palette: VOC_PALETTE });
}

describe('youtubeVos', () => {
  let root: string;
  const file = (path: string, bytes: Buffer | string = ''): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
  };
  /** Frames 00000, 00005, 00010, … as the data set names them; object 2 appears on the third, and is labelled to the fourth. */
  const sequence = (name: string): void => {
    for (let i = 0; i < 6; i++) file(`JPEGImages/${name}/000${String(5 * i).padStart(2, '0')}.jpg`);
    file(`Annotations/${name}/00000.png`, mask([1]));
    file(`Annotations/${name}/00010.png`, mask([1, 2]));
    file(`Annotations/${name}/00015.png`, mask([2]));
  };
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

  it('finds each object on the first labelled frame that shows it, by the names of the frames', () => {
    sequence('b');
    sequence('a');
    const { sequences } = youtubeVos(root);
    expect(sequences.map(({ name, frames }) => [name, frames])).toEqual([
      ['a', 6],
      ['b', 6],
    ]);
    expect([...sequences[0]!.truth.keys()]).toEqual([0, 2, 3]);
    expect(sequences[0]!.firstFrames).toEqual(
      new Map([
        [1, 0],
        [2, 2],
      ]),
    );
    const { prompts } = youtubeVos(root, ['b']).sequences[0]!.labels(root);
    expect(prompts!.map(({ frame, file }) => [frame, readStoredMask(readFileSync(file)).classIds])).toEqual([
      [0, [1]],
      [2, [2]],
    ]);
  });

  it('scores an object on the labelled frames after its first one only', async () => {
    sequence('a');
    const [only] = youtubeVos(root).sequences;
    // Object 1 is moved by half its height on frame 2, and rightly gone on frame 3; frames without truth do not count.
    const wrong = mask([1, 2], 8);
    const masks = [wrong, wrong, mask([1], 2), mask([2]), wrong, wrong];
    const { objects } = await scoreLateObjects(only!, await archive(masks));
    expect(objects).toMatchObject([
      { id: 1, firstFrame: 0, frames: 2, J: (1 / 3 + 1) / 2 },
      { id: 2, firstFrame: 2, frames: 1, J: 1, F: 1 },
    ]);
    await expect(scoreLateObjects(only!, await archive(masks.slice(1)))).rejects.toThrow('6 frames but 5 masks');
  });

  it('leaves objects without a later labelled frame out of the mean', async () => {
    sequence('a');
    rmSync(join(root, 'Annotations/a/00015.png'));
    const dataSet = youtubeVos(root);
    const masks = Array.from({ length: 6 }, () => mask([1, 2]));
    const result = await scoreLateObjects(dataSet.sequences[0]!, await archive(masks));
    expect(result.objects[1]).toEqual({ id: 2, firstFrame: 2, frames: 0, J: null, F: null });
    expect(dataSet.mean([result])).toEqual({ J: 1, F: 1, JF: 1, objects: 1 });
    expect(dataSet.table([result])).toContain('2: from frame 2, on no later labelled frame');
  });

  it('names what is wrong with a folder', () => {
    expect(() => youtubeVos(root)).toThrow(`${join(root, 'Annotations')} has no folders of frames`);
    sequence('a');
    expect(() => youtubeVos(root, ['c'])).toThrow('sequence c: there is no folder');
    rmSync(join(root, 'JPEGImages/a/00010.jpg'));
    expect(() => youtubeVos(root)).toThrow('sequence a: the annotation 00010.png has no frame');
    file('JPEGImages/a/00010.jpg');
    for (const name of ['00000', '00010', '00015']) file(`Annotations/a/${name}.png`, mask([]));
    expect(() => youtubeVos(root)).toThrow('sequence a: its annotations show no object');
  });
});

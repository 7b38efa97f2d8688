import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { ZipFile } from 'yazl';
import { overallScore, scoreSequence, scoreTable } from './davis-score';

const SIDE = 32;

/** Two squares of 8 px: object 1 on the left, object 2, moved down by `shift`, on the right. */
function mask(shift: number): Buffer {
  const indices = new Uint8Array(SIDE * SIDE);
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      indices[(y + 4) * SIDE + x + 4] = 1;
      indices[(y + 4 + shift) * SIDE + x + 20] = 2;
    }
  }
  return encodeIndexedPng({ width: SIDE, height: SIDE, indices, palette: VOC_PALETTE });
}

describe('scoreSequence', () => {
  let dir: string;
  const annotations = (count: number): string[] =>
    Array.from({ length: count }, (_, i) => {
      const file = join(dir, `${i}.png`);
      writeFileSync(file, mask(0));
      return file;
    });
  const archive = async (shifts: number[]): Promise<string> => {
    const zip = new ZipFile();
    shifts.forEach((shift, i) => zip.addBuffer(mask(shift), `run/0000${i}.png`));
    zip.end();
    await pipeline(zip.outputStream as NodeJS.ReadableStream, createWriteStream(join(dir, 'masks.zip')));
    return join(dir, 'masks.zip');
  };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'propago-test-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('scores each object over all frames but the first and the last', async () => {
    const result = await scoreSequence({ name: 'squares', annotations: annotations(4) }, await archive([8, 4, 4, 8]));
    // Shifted by half its height, a square shares 4 of 12 rows with itself.
    expect(result.objects.map(({ id, J }) => [id, J.mean, J.recall])).toEqual([
      [1, 1, 1],
      [2, 1 / 3, 0],
    ]);
    expect(result.J.mean).toBeCloseTo(2 / 3, 12);
    expect(result.JF).toBeCloseTo((result.J.mean + result.F.mean) / 2, 12);
    expect(scoreTable([result]).split('\n')).toHaveLength(5);
  });

  it('refuses a run with another number of masks', async () => {
    const sequence = { name: 'squares', annotations: annotations(4) };
    await expect(scoreSequence(sequence, await archive([0, 0, 0]))).rejects.toThrow('4 annotations but 3 masks');
  });

  it('weighs every object alike in the mean of all sequences', async () => {
    const result = await scoreSequence({ name: 'squares', annotations: annotations(4) }, await archive([0, 4, 4, 0]));
    const single = { ...result, objects: [result.objects[0]!] };
    expect(overallScore([result, single]).J.mean).toBeCloseTo((1 + 1 / 3 + 1) / 3, 12);
  });
});

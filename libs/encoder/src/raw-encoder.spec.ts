import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadEncoderCard } from './load-encoder-card';
import { openRawEncoder } from './raw-encoder';
import { tinyEncoderBytes, TinyEncoderOptions } from './tiny-encoder.fixture';

describe('RawEncoder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'propago-raw-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function outputOf(options: TinyEncoderOptions, input: Float32Array, dims: number[]) {
    const file = path.join(folder, 'encoder.onnx');
    await writeFile(file, tinyEncoderBytes(options));
    const encoder = await openRawEncoder(file, await loadEncoderCard(file));
    try {
      return await encoder.run(input, dims);
    } finally {
      await encoder.close();
    }
  }

  it('gives what the graph gives: zeros stay zeros, and no row is divided by its length', async () => {
    const black = await outputOf({}, new Float32Array(3 * 16 * 8), [1, 3, 8, 16]);
    expect(black).toEqual({ type: 'float32', dims: [1, 4, 1, 2], values: new Float32Array(8) });
    const ones = await outputOf({ weight: () => 0.5 }, new Float32Array(2 * 3 * 8 * 8).fill(1), [2, 3, 8, 8]);
    expect(ones).toEqual({ type: 'float32', dims: [2, 4, 1, 1], values: new Float32Array(8).fill(96) });
  });

  it('gives NaN as it is', async () => {
    const { values } = await outputOf({ weight: () => NaN }, new Float32Array(3 * 8 * 8).fill(1), [1, 3, 8, 8]);
    expect([...values!]).toEqual([NaN, NaN, NaN, NaN]);
  });

  it('refuses an input that the graph does not take', async () => {
    await expect(outputOf({}, new Float32Array(64), [1, 1, 8, 8])).rejects.toMatchObject({ code: 'ENCODER_FAILED' });
  });
});

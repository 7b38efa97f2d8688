import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameBatch } from './encoder';
import { loadEncoderCard } from './load-encoder-card';
import { openRawEncoder } from './raw-encoder';
import { tinyEncoderBytes, TinyEncoderOptions } from './tiny-encoder.fixture';

describe('RawEncoder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'propago-raw-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function outputOf(options: TinyEncoderOptions, frames: Uint8Array, batch: FrameBatch) {
    const file = path.join(folder, 'encoder.onnx');
    await writeFile(file, tinyEncoderBytes(options));
    const encoder = await openRawEncoder(file, await loadEncoderCard(file, { mean: [0, 0, 0], std: [1, 1, 1] }));
    try {
      return await encoder.run(frames, batch);
    } finally {
      await encoder.close();
    }
  }

  it('gives what the graph gives: zeros stay zeros, and no row is divided by its length', async () => {
    const black = await outputOf({}, new Uint8Array(3 * 16 * 8), { count: 1, width: 16, height: 8 });
    expect(black).toEqual({ type: 'float32', dims: [1, 4, 1, 2], values: new Float32Array(8) });
    const white = await outputOf({ weight: () => 0.5 }, white8(2), { count: 2, width: 8, height: 8 });
    expect(white).toEqual({ type: 'float32', dims: [2, 4, 1, 1], values: new Float32Array(8).fill(96) });
  });

  it('gives NaN as it is', async () => {
    const { values } = await outputOf({ weight: () => NaN }, white8(1), { count: 1, width: 8, height: 8 });
    expect([...values!]).toEqual([NaN, NaN, NaN, NaN]);
  });

  it('refuses an input that the graph does not take', async () => {
    const small = outputOf({}, new Uint8Array(2 * 2 * 3), { count: 1, width: 2, height: 2 });
    await expect(small).rejects.toMatchObject({ code: 'ENCODER_FAILED' });
  });
});

/** White frames of 8x8. */
function white8(count: number): Uint8Array {
  return new Uint8Array(count * 8 * 8 * 3).fill(255);
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { colourDescriptor } from './colour-descriptor';
import { Encoder, openEncoder } from './encoder';
import { loadEncoderCard } from './load-encoder-card';
import { writeOnnxModel } from './onnx-model';

const file = path.resolve(__dirname, '../../../encoders/colour-descriptor.onnx');
type Colour = [number, number, number];

/** One frame whose pixel at (x, y) has the given colour. */
function painted(width: number, height: number, colour: (x: number, y: number) => Colour): Uint8Array {
  const pixels = Array.from({ length: width * height }, (_, i) => colour(i % width, Math.floor(i / width)));
  return Uint8Array.from(pixels.flat());
}

const dot = (features: Float32Array, a: number, b: number, dim = 72) => {
  let sum = 0;
  for (let c = 0; c < dim; c++) sum += features[a * dim + c] * features[b * dim + c];
  return sum;
};

// Each test starts threads that load ONNX Runtime; on a busy machine that takes its time.
jest.setTimeout(60_000);

describe('the default encoder', () => {
  let encoder: Encoder;
  beforeAll(async () => {
    encoder = await openEncoder({ path: file, card: await loadEncoderCard(file) });
  });
  afterAll(() => encoder.close());

  const encode = async (width: number, height: number, colour: (x: number, y: number) => Colour) =>
    (await encoder.encode(painted(width, height, colour), { count: 1, width, height }, 'fp32')).features;

  it('is committed exactly as its source writes it', async () => {
    expect(Buffer.from(writeOnnxModel(colourDescriptor()))).toEqual(await readFile(file));
  });

  it('carries a complete card', () => {
    expect(encoder.card).toMatchObject({
      name: 'colour-descriptor',
      patchSize: 8,
      dim: 72,
      layout: 'map',
      inferred: [],
    });
  });

  it('gives unit rows at stride 8 for any size, black and white frames included', async () => {
    for (const [width, height] of [
      [8, 8],
      [24, 40],
      [432, 240],
    ]) {
      for (const value of [0, 255]) {
        const features = await encode(width, height, () => [value, value, value]);
        expect(features).toHaveLength((width / 8) * (height / 8) * 72);
        for (let p = 0; p < features.length / 72; p++) expect(dot(features, p, p)).toBeCloseTo(1, 4);
      }
    }
  });

  it('puts a grey of known lightness into its two nearest bins, and no chroma', async () => {
    // sRGB 119 with the power 2.2 has L = 50.1: between the centres 45.9 (bin 5) and 54.1 (bin 6).
    const row = await encode(8, 8, () => [119, 119, 119]);
    const shares = [...row.subarray(0, 36)].map((value) => value * value * 2 * 3);
    expect(shares[5] + shares[6]).toBeCloseTo(1, 1);
    expect(Math.abs(shares[5] - shares[6])).toBeLessThan(0.15);
    expect(shares[12 + 5] + shares[12 + 6]).toBeCloseTo(1, 1);
    expect(shares[24 + 5] + shares[24 + 6]).toBeCloseTo(1, 1);
  });

  it('looks alike where the colours are alike and different where they are not', async () => {
    const features = await encode(128, 64, (x) => (x < 64 ? [200, 40, 40] : [40, 90, 200]));
    const [red, otherRed, blue] = [3 * 16 + 1, 5 * 16 + 3, 3 * 16 + 14];
    expect(dot(features, red, otherRed)).toBeGreaterThan(0.999);
    expect(dot(features, red, blue)).toBeLessThan(0.5);
  });

  it('sees a window round each cell: a colour next to it changes the row, one far away does not', async () => {
    const grey: Colour = [120, 120, 120];
    const plain = await encode(128, 128, () => grey);
    const dotted = await encode(128, 128, (x, y) => (x >= 64 && x < 72 && y >= 64 && y < 72 ? [250, 200, 0] : grey));
    const changed = (patch: number) =>
      plain.subarray(patch * 72, patch * 72 + 72).some((value, c) => value !== dotted[patch * 72 + c]);
    const near = [8 * 16 + 8, 8 * 16 + 7, 7 * 16 + 9, 6 * 16 + 8];
    const far = [8 * 16 + 5, 8 * 16 + 11, 5 * 16 + 8, 0];
    expect(near.map(changed)).toEqual([true, true, true, true]);
    expect(far.map(changed)).toEqual([false, false, false, false]);
  });
});

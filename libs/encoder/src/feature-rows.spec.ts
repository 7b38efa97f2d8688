import { fromHalf } from './half-float';
import { RawFeatures, writeFeatureRows } from './feature-rows';

const tokens: RawFeatures = {
  values: Float32Array.of(3, 4, 0, 2, -6, 8),
  layout: 'tokens',
  count: 1,
  patches: 3,
  dim: 2,
  l2Normalised: false,
  firstFrame: 0,
};

describe('writeFeatureRows', () => {
  it('divides each row of tokens by its length', () => {
    const rows = new Float32Array(6);
    writeFeatureRows(tokens, rows, 0);
    expect([...rows]).toEqual([0.6, 0.8, 0, 1, -0.6, 0.8].map(Math.fround));
  });

  it('gives the same rows for the same features as a map', () => {
    const rows = new Float32Array(6);
    writeFeatureRows({ ...tokens, values: Float32Array.of(3, 0, -6, 4, 2, 8), layout: 'map' }, rows, 0);
    expect([...rows]).toEqual([0.6, 0.8, 0, 1, -0.6, 0.8].map(Math.fround));
  });

  it('rounds to binary16 for a Uint16Array and starts at the given row', () => {
    const rows = new Uint16Array(8);
    writeFeatureRows(tokens, rows, 1);
    expect([...rows.subarray(0, 4)].map(fromHalf)).toEqual([0, 0, 0.60009765625, 0.7998046875]);
  });

  it.each([
    ['is all zero', Float32Array.of(3, 4, 0, 0, 1, 1)],
    ['has a NaN or infinite value', Float32Array.of(3, 4, NaN, 0, 1, 1)],
    ['has a NaN or infinite value', Float32Array.of(3, 4, 0, Infinity, 1, 1)],
  ])('refuses a row that %s and names frame and patch', (what, values) => {
    const write = () => writeFeatureRows({ ...tokens, values, firstFrame: 12 }, new Float32Array(6), 0);
    expect(write).toThrow(
      expect.objectContaining({ code: 'FEATURES_INVALID', message: `Frame 12, patch 1: the feature row ${what}.` }),
    );
  });

  it('keeps the bits of rows that the card calls normalised, and refuses those that are not', () => {
    const values = Float32Array.of(0.6, 0.8, 0, 1, -1, 0);
    const rows = new Float32Array(6);
    writeFeatureRows({ ...tokens, values, l2Normalised: true }, rows, 0);
    expect([...rows]).toEqual([...values]);
    expect(() => writeFeatureRows({ ...tokens, l2Normalised: true }, rows, 0)).toThrow(/has length 5\.0000/);
  });
});

import { fromHalf, halvesToFloats, toHalf } from './half-float';

describe('half floats', () => {
  it('survive the way to float and back, every one of the 65536', () => {
    for (let half = 0; half < 65536; half++) {
      const value = fromHalf(half);
      if (Number.isNaN(value)) expect(Number.isNaN(fromHalf(toHalf(value)))).toBe(true);
      else if (toHalf(value) !== half)
        throw new Error(`half ${half.toString(16)} became ${toHalf(value).toString(16)}`);
    }
  });

  it('round to the nearest, and half-way to the even neighbour, between every two finite neighbours', () => {
    for (let half = 0; half < 0x7bff; half++) {
      const low = fromHalf(half);
      const high = fromHalf(half + 1);
      const middle = (low + high) / 2;
      const even = half % 2 === 0 ? half : half + 1;
      const above = Math.fround(middle + (high - low) * 1e-3);
      const below = Math.fround(middle - (high - low) * 1e-3);
      const rounded = [toHalf(middle), toHalf(above), toHalf(below), toHalf(-middle)];
      if (rounded.join() !== [even, half + 1, half, even | 0x8000].join()) throw new Error(`wrong above half ${half}`);
    }
  });

  it.each([
    [0, 0],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [1 / 3, 0x3555],
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [1e30, 0x7c00],
    [-Infinity, 0xfc00],
    [NaN, 0x7e00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0],
    [2 ** -25 * 1.0001, 1],
    [2 ** -14 - 2 ** -26, 0x0400],
    [1e-40, 0],
  ])('of %p are %p', (value, bits) => {
    expect(toHalf(value)).toBe(bits);
  });

  it('are widened in bulk to the same values', () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00);
    expect([...halvesToFloats(halves)]).toEqual([1, -2, 2 ** -24, Infinity]);
  });
});

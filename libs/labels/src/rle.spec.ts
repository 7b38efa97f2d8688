import { CodedError } from '@propago/contracts';
import { decodeRle, encodeRle, encodeRles, rleArea, rleBounds } from './rle';

describe('encodeRle', () => {
  // Runs worked out by hand, column by column.
  it.each([
    ['nothing', 2, [0, 0, 0, 0], '4'],
    ['everything', 2, [1, 1, 1, 1], '04'],
    ['the lower right corner', 2, [0, 0, 0, 1], '31'],
    ['the left column', 3, [1, 0, 0, 1, 0, 0], '024'],
    ['the upper row of three', 3, [1, 1, 1, 0, 0, 0], '0110000'],
  ])('writes %s', (_, width, labels, counts) => {
    expect(encodeRle(Uint8Array.from(labels), width, labels.length / width, 1)).toEqual({
      size: [labels.length / width, width],
      counts,
    });
  });

  it('writes runs of 16 and more in groups of five bits', () => {
    const labels = new Uint8Array(1000).fill(1, 500, 740);
    // 500 = 15 * 32 + 20 -> 'd' (20 + 32 + 48), '?' (15 + 48); 240 = 7 * 32 + 16; 260 = 8 * 32 + 4
    expect(encodeRle(labels, 1, 1000, 1).counts).toBe('d?`7T8');
  });

  it('writes a shorter run as a negative difference', () => {
    const labels = new Uint8Array(60).fill(1, 2, 22).fill(1, 25, 26);
    // runs 2, 20, 3, 1, 34: the fourth is 1 - 20 = -19, the fifth 34 - 3 = 31
    expect(encodeRle(labels, 1, 60, 1).counts).toBe('2d03]Oo0');
  });

  it('gives each class its own runs', () => {
    const labels = Uint8Array.of(1, 2, 0, 2, 9, 1);
    const rles = encodeRles(labels, { width: 3, height: 2 }, [1, 2, 5]);
    expect(rles.map((rle) => [...decodeRle(rle)])).toEqual([
      [1, 0, 0, 0, 0, 1],
      [0, 1, 0, 1, 0, 0],
      [0, 0, 0, 0, 0, 0],
    ]);
  });
});

describe('decodeRle', () => {
  it('gives back what was written, for random blobs of every size', () => {
    let seed = 7;
    const next = (): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
    for (let round = 0; round < 60; round++) {
      const [width, height] = [1 + Math.floor(next() * 90), 1 + Math.floor(next() * 70)];
      const labels = Uint8Array.from({ length: width * height }, () => (next() < 0.5 ? 0 : 1 + Math.floor(next() * 3)));
      labels.fill(2, Math.floor(next() * labels.length), Math.floor(next() * labels.length));
      for (const [i, rle] of encodeRles(labels, { width, height }, [1, 2, 3]).entries()) {
        const expected = labels.map((label) => (label === i + 1 ? 1 : 0));
        expect(Buffer.from(decodeRle(rle)).equals(expected)).toBe(true);
        expect(rleArea(rle)).toBe(expected.reduce((sum, v) => sum + v, 0));
      }
    }
  });

  it.each([
    ['runs that cover too little', '3'],
    ['runs that cover too much', '5'],
    ['a character outside the alphabet', '4 '],
    ['an unfinished number', 'd'],
    ['an endless number', 'oooooooooooo0'],
    ['a negative run', 'O'],
  ])('refuses %s', (_, counts) => {
    expect(() => decodeRle({ size: [2, 2], counts })).toThrow(CodedError);
  });
});

describe('rleBounds', () => {
  it('is the box round the pixels', () => {
    const labels = new Uint8Array(8 * 6);
    labels[2 * 8 + 3] = labels[4 * 8 + 5] = 1;
    expect(rleBounds(encodeRle(labels, 8, 6, 1))).toEqual([3, 2, 3, 3]);
  });

  it('reaches over the whole height when a run goes on into the next column', () => {
    const labels = Uint8Array.of(0, 0, 0, 0, 0, 1, 0, 1, 0);
    labels[6 + 0] = 1;
    labels[1] = 1;
    expect(rleBounds(encodeRle(labels, 3, 3, 1))).toEqual([0, 0, 3, 3]);
  });

  it('is all zero for an empty mask', () => {
    expect(rleBounds(encodeRle(new Uint8Array(6), 3, 2, 1))).toEqual([0, 0, 0, 0]);
  });
});

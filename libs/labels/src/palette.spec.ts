import { completePalette, VOC_PALETTE } from './palette';

const colour = (index: number): number[] => [...VOC_PALETTE.subarray(3 * index, 3 * index + 3)];

describe('VOC_PALETTE', () => {
  it('has the colours of the PASCAL-VOC classes', () => {
    expect([0, 1, 2, 3, 4, 8, 15, 20].map(colour)).toEqual([
      [0, 0, 0],
      [128, 0, 0],
      [0, 128, 0],
      [128, 128, 0],
      [0, 0, 128],
      [64, 0, 0],
      [192, 128, 128],
      [0, 64, 128],
    ]);
  });

  it('gives void its cream colour', () => {
    expect(colour(255)).toEqual([224, 224, 192]);
  });

  it('has 256 different colours', () => {
    expect(new Set(Array.from({ length: 256 }, (_, i) => colour(i).join())).size).toBe(256);
  });
});

describe('completePalette', () => {
  it('keeps the given colours and continues with those of PASCAL-VOC', () => {
    const complete = completePalette(Uint8Array.of(9, 8, 7, 6, 5, 4));
    expect([...complete.subarray(0, 6)]).toEqual([9, 8, 7, 6, 5, 4]);
    expect([...complete.subarray(6)]).toEqual([...VOC_PALETTE.subarray(6)]);
  });

  it('is the PASCAL-VOC palette when there is none', () => {
    expect([...completePalette(null)]).toEqual([...VOC_PALETTE]);
  });
});

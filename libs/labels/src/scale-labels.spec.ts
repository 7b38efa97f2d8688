import { scaleLabels } from './scale-labels';

describe('scaleLabels', () => {
  it('repeats a column where one is missing', () => {
    const row = Uint8Array.from({ length: 853 }, (_, x) => x % 255);
    const scaled = scaleLabels(row, { width: 853, height: 1 }, { width: 854, height: 1 });
    expect(scaled[0]).toBe(row[0]);
    expect(scaled[853]).toBe(row[852]);
    const repeated = [...scaled].filter((value, x) => x > 0 && value === scaled[x - 1]).length;
    expect(repeated).toBe(1);
  });

  it('keeps a map of the same size, and the blocks of a doubled one', () => {
    const labels = Uint8Array.from([1, 2, 3, 4, 5, 6]);
    expect(scaleLabels(labels, { width: 3, height: 2 }, { width: 3, height: 2 })).toEqual(labels);
    const doubled = scaleLabels(labels, { width: 3, height: 2 }, { width: 6, height: 4 });
    expect([...doubled.subarray(0, 12)]).toEqual([1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3]);
    expect(scaleLabels(doubled, { width: 6, height: 4 }, { width: 3, height: 2 })).toEqual(labels);
  });
});

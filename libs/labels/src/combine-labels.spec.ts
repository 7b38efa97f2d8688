import { combineLabels, putPrompt, type PassLabels } from '.';

const pass = (objects: number[], rows: number[][], share = 1): PassLabels => ({
  soft: Float32Array.from(rows.flat()),
  objects,
  share,
});

describe('combineLabels', () => {
  it('gives the very array of the only pass', () => {
    const only = pass([1, 2], [[0.5, 0.25, 0.25]]);
    const { soft, objects } = combineLabels([{ objects: [1, 2], parts: [only] }], 1);
    expect(soft).toBe(only.soft);
    expect(objects).toEqual([1, 2]);
  });

  it('blends two passes by their shares, and by how sure they are', () => {
    const blended = (rows: [number, number][], shares: [number, number]) => {
      const parts = rows.map((row, i) => pass([1], [row], shares[i]));
      return combineLabels([{ objects: [1], parts }], 1).soft;
    };
    const between = blended(
      [
        [0.2, 0.8],
        [0.5, 0.5],
      ],
      [0.25, 0.75],
    );
    // 0.8 to 0.2, a fourth of it: 4 ** 0.25.
    expect(between[1]! / between[0]!).toBeCloseTo(Math.SQRT2, 3);
    expect(between[0]! + between[1]!).toBeCloseTo(1, 6);
    const sure = blended(
      [
        [0.999, 0.001],
        [0.4, 0.6],
      ],
      [0.5, 0.5],
    );
    expect(sure[0]).toBeGreaterThan(0.9);
    // What both say stays.
    expect([
      ...blended(
        [
          [0.25, 0.75],
          [0.25, 0.75],
        ],
        [0.5, 0.5],
      ),
    ]).toEqual([expect.closeTo(0.25, 3), expect.closeTo(0.75, 3)]);
    const nowhere = blended(
      [
        [1, 0],
        [0, 1],
      ],
      [0.5, 0.5],
    );
    expect([...nowhere]).toEqual([0.5, 0.5]);
  });

  it('brings the objects of several groups in order, with the smallest background', () => {
    const first = pass(
      [1, 3],
      [
        [0.5, 0.25, 0.25],
        [1, 0, 0],
      ],
    );
    const late = pass(
      [2],
      [
        [0.875, 0.125],
        [0.25, 0.75],
      ],
    );
    const { soft, objects } = combineLabels(
      [
        { objects: [1, 3], parts: [first] },
        { objects: [2], parts: [late] },
      ],
      2,
    );
    expect(objects).toEqual([1, 2, 3]);
    expect([...soft]).toEqual([0.5, 0.25, 0.125, 0.25, 0.25, 0, 0.75, 0]);
  });

  it('counts the other objects of a pass as background', () => {
    const both = pass([1, 2], [[0.5, 0.25, 0.25]]);
    expect([...combineLabels([{ objects: [2], parts: [both] }], 1).soft]).toEqual([0.75, 0.25]);
    const corrected = pass([2], [[0, 1]], 0.5);
    const { soft } = combineLabels([{ objects: [2], parts: [{ ...both, share: 0.5 }, corrected] }], 1);
    // The geometric mean of 0.75 and nothing is small beside that of 0.25 and all.
    expect([...soft]).toEqual([expect.closeTo(0.017, 3), expect.closeTo(0.983, 3)]);
  });

  it('is all background where no object is', () => {
    expect(combineLabels([], 3)).toEqual({ soft: new Float32Array(3).fill(1), objects: [] });
  });
});

describe('putPrompt', () => {
  it('gives the prompted objects their pixels and no others, and leaves the rest what it won elsewhere', () => {
    const mask = Uint8Array.from([3, 3, 1, 0, 2]);
    putPrompt(mask, Uint8Array.from([1, 0, 0, 1, 3]), [1]);
    expect([...mask]).toEqual([1, 3, 0, 1, 2]);
  });
});

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

  it('blends two passes by their shares', () => {
    const forward = pass([1], [[0, 1]], 0.25);
    const backward = pass([1], [[0.5, 0.5]], 0.75);
    const { soft } = combineLabels([{ objects: [1], parts: [forward, backward] }], 1);
    expect([...soft]).toEqual([0.375, 0.625]);
  });

  it('counts an object of another group as background of this one', () => {
    const first = pass([1, 3], [[0.5, 0.25, 0.25]]);
    const late = pass([2], [[0.875, 0.125]]);
    const { soft, objects } = combineLabels(
      [
        { objects: [1, 3], parts: [first] },
        { objects: [2], parts: [late] },
      ],
      1,
    );
    expect(objects).toEqual([1, 2, 3]);
    expect([...soft]).toEqual([0.5, 0.25, 0.125, 0.25]);
    const parted = combineLabels([{ objects: [3], parts: [first] }], 1);
    expect([...parted.soft]).toEqual([0.75, 0.25]);
  });

  it('is all background where no object is', () => {
    expect(combineLabels([], 3)).toEqual({ soft: new Float32Array(3).fill(1), objects: [] });
  });
});

describe('putPrompt', () => {
  it('gives the prompted objects their pixels and leaves the others what they won elsewhere', () => {
    const mask = Uint8Array.from([3, 3, 0, 0]);
    putPrompt(mask, Uint8Array.from([1, 0, 1, 3]), [1]);
    expect([...mask]).toEqual([1, 3, 1, 0]);
  });
});

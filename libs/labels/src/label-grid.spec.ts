import { labelsToGrid } from './label-grid';

const map = (width: number, labels: number[]) => ({
  width,
  height: labels.length / width,
  labels: Uint8Array.from(labels),
});

describe('labelsToGrid', () => {
  it('takes the label at the centre of each patch with nearest', () => {
    // 5 pixels to 2 cells: floor(0.5 * 2.5) = 1 and floor(1.5 * 2.5) = 3
    const soft = labelsToGrid(map(5, [0, 1, 0, 2, 0]), [1, 2], { rows: 1, cols: 2 }, 'nearest');
    expect([...soft]).toEqual([0, 1, 0, 0, 0, 1]);
  });

  it('repeats pixels with nearest when the grid is larger than the mask', () => {
    const soft = labelsToGrid(map(2, [0, 1]), [1], { rows: 1, cols: 4 }, 'nearest');
    expect([...soft]).toEqual([1, 0, 1, 0, 0, 1, 0, 1]);
  });

  it('interpolates between the two pixels round the centre with bilinear', () => {
    // 4 pixels to 2 cells: centres at 0.5 and 2.5
    const soft = labelsToGrid(map(4, [0, 1, 1, 1]), [1], { rows: 1, cols: 2 }, 'bilinear');
    expect([...soft]).toEqual([0.5, 0.5, 0, 1]);
  });

  it('uses half-pixel centres and clamps at the edges with bilinear', () => {
    // 2 pixels to 4 cells: centres at -0.25, 0.25, 0.75, 1.25
    const soft = labelsToGrid(map(2, [0, 1]), [1], { rows: 1, cols: 4 }, 'bilinear');
    expect([...soft].filter((_, i) => i % 2 === 1)).toEqual([0, 0.25, 0.75, 1]);
  });

  it('gives each class its share of the patch with area', () => {
    const soft = labelsToGrid(map(4, [1, 0, 2, 2, 0, 0, 2, 0]), [1, 2], { rows: 1, cols: 2 }, 'area');
    expect([...soft]).toEqual([0.75, 0.25, 0, 0.25, 0, 0.75]);
  });

  it('counts a pixel that two patches share in parts with area', () => {
    // 3 pixels to 2 cells of 1.5 pixels
    const soft = labelsToGrid(map(3, [0, 1, 0]), [1], { rows: 1, cols: 2 }, 'area');
    expect(soft[1]).toBeCloseTo(1 / 3, 6);
    expect(soft[3]).toBeCloseTo(1 / 3, 6);
  });

  it('keeps an object smaller than a patch with area and loses it with nearest', () => {
    const labels = new Array<number>(256).fill(0);
    labels[3] = 1;
    const grid = { rows: 1, cols: 1 };
    expect(labelsToGrid(map(16, labels), [1], grid, 'nearest')[1]).toBe(0);
    expect(labelsToGrid(map(16, labels), [1], grid, 'area')[1]).toBe(1 / 256);
  });

  it('counts ids without a channel as background', () => {
    expect([...labelsToGrid(map(1, [9]), [1], { rows: 1, cols: 1 }, 'nearest')]).toEqual([1, 0]);
  });

  it.each(['nearest', 'bilinear', 'area'] as const)('makes rows that sum to 1 with %s', (method) => {
    const labels = Array.from({ length: 97 * 53 }, (_, i) => Math.floor(i / 7) % 4);
    const soft = labelsToGrid(map(97, labels), [1, 2, 3], { rows: 7, cols: 11 }, method);
    expect(soft).toHaveLength(7 * 11 * 4);
    for (let p = 0; p < soft.length; p += 4) {
      expect(soft[p] + soft[p + 1] + soft[p + 2] + soft[p + 3]).toBeCloseTo(1, 6);
    }
  });
});

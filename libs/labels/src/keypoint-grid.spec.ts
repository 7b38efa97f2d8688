import { keypointsFromGrid, keypointsToGrid, type GridPlace } from './keypoint-grid';

/** mulberry32 */
function random(seed: number) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

describe('key points on the patch grid', () => {
  it('are where they were, to less than 0.03 patches, on any grid and up to the border of the picture', () => {
    const next = random(5);
    let worst = 0;
    for (let i = 0; i < 300; i++) {
      const grid = { rows: 3 + Math.floor(next() * 60), cols: 3 + Math.floor(next() * 110) };
      // A third of them lie within a patch of the border.
      const along = (size: number) => (next() < 0.33 ? (next() < 0.5 ? next() : size - next()) : next() * size);
      const places = Array.from({ length: 5 }, () => ({ col: along(grid.cols), row: along(grid.rows) }));
      const found = keypointsFromGrid(keypointsToGrid(places, grid), places.length, grid);
      places.forEach(({ col, row }, point) => {
        worst = Math.max(worst, Math.hypot(found[point]!.col - col, found[point]!.row - row));
        expect(found[point]!.confidence).toBeGreaterThan(0.98);
      });
    }
    expect(worst).toBeLessThan(0.03);
  });

  it('come back from a grid of a single patch, and from corners', () => {
    const grid = { rows: 4, cols: 7 };
    const corners: GridPlace[] = [
      { col: 0, row: 0 },
      { col: 7, row: 0 },
      { col: 0, row: 4 },
      { col: 7, row: 4 },
    ];
    keypointsFromGrid(keypointsToGrid(corners, grid), 4, grid).forEach((found, i) => {
      expect(Math.hypot(found!.col - corners[i]!.col, found!.row - corners[i]!.row)).toBeLessThan(0.03);
    });
    const single = { rows: 1, cols: 1 };
    const [only] = keypointsFromGrid(keypointsToGrid([{ col: 0.5, row: 0.5 }], single), 1, single);
    expect(only).toEqual({ col: 0.5, row: 0.5, confidence: 1 });
  });

  it('have no place in an empty channel, and leave other channels alone', () => {
    const grid = { rows: 6, cols: 6 };
    const both = keypointsToGrid([{ col: 2.2, row: 3.1 }, null], grid);
    expect(keypointsFromGrid(both, 2, grid)[1]).toBeNull();
    const alone = keypointsToGrid([{ col: 2.2, row: 3.1 }], grid);
    expect(keypointsFromGrid(both, 2, grid)[0]).toEqual(keypointsFromGrid(alone, 1, grid)[0]);
  });

  it('are as sure as they are high, at the same place', () => {
    const grid = { rows: 9, cols: 9 };
    const full = keypointsToGrid([{ col: 4.3, row: 5.9 }], grid);
    const [strong] = keypointsFromGrid(full, 1, grid);
    const [weak] = keypointsFromGrid(
      full.map((value) => value / 4),
      1,
      grid,
    );
    expect(weak!.confidence).toBeCloseTo(strong!.confidence / 4, 4);
    expect(weak!.col).toBeCloseTo(strong!.col, 4);
  });
});

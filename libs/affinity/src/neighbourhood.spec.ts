import { halfWidths, pairsWithin, unrestricted } from './neighbourhood';
import { Grid, Neighbourhood } from './parameters';

/** Counted one by one. */
function counted(grid: Grid, { shape, radius, radiusInclusive }: Neighbourhood): number {
  let pairs = 0;
  for (let row = 0; row < grid.rows; row++)
    for (let col = 0; col < grid.cols; col++)
      for (let otherRow = 0; otherRow < grid.rows; otherRow++)
        for (let otherCol = 0; otherCol < grid.cols; otherCol++) {
          const [rows, cols] = [Math.abs(row - otherRow), Math.abs(col - otherCol)];
          const squared = rows * rows + cols * cols;
          const inDisc = radiusInclusive ? squared <= radius * radius : squared < radius * radius;
          if (shape === 'square' ? rows <= radius && cols <= radius : inDisc) pairs++;
        }
  return pairs;
}

describe('pairsWithin', () => {
  const neighbourhoods: Neighbourhood[] = [0, 1, 3, 4.5, 40].flatMap((radius) => [
    { shape: 'square', radius, radiusInclusive: true },
    { shape: 'disc', radius, radiusInclusive: true },
    { shape: 'disc', radius, radiusInclusive: false },
  ]);

  it.each(neighbourhoods)('is what counting gives: %j', (neighbourhood) => {
    for (const grid of [
      { rows: 1, cols: 1 },
      { rows: 5, cols: 9 },
      { rows: 11, cols: 3 },
    ]) {
      expect(pairsWithin(halfWidths(neighbourhood, grid), grid)).toBe(counted(grid, neighbourhood));
    }
  });

  it('is every pair where nothing is restricted', () => {
    expect(pairsWithin(unrestricted({ rows: 4, cols: 7 }), { rows: 4, cols: 7 })).toBe(28 * 28);
  });
});

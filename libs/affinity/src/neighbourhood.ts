import { Grid, Neighbourhood } from './parameters';

/**
 * The neighbourhood as half-widths: a query at (row, col) reaches the columns col - w .. col + w of the rows
 * row - d and row + d, where w = result[d]; rows further away than the result is long are out of reach.
 * Distances are compared squared, so integer radii are exact.
 */
export function halfWidths({ shape, radius, radiusInclusive }: Neighbourhood, grid: Grid): Int32Array {
  const inside = (rows: number, cols: number): boolean => {
    if (shape === 'square') return rows <= radius && cols <= radius;
    const squared = rows * rows + cols * cols;
    return radiusInclusive ? squared <= radius * radius : squared < radius * radius;
  };
  const widths: number[] = [];
  for (let rows = 0; rows < grid.rows && inside(rows, 0); rows++) {
    let cols = 0;
    while (cols + 1 < grid.cols && inside(rows, cols + 1)) cols++;
    widths.push(cols);
  }
  return Int32Array.from(widths);
}

/** Half-widths by which every patch of the grid reaches every other. */
export function unrestricted(grid: Grid): Int32Array {
  return new Int32Array(grid.rows).fill(grid.cols - 1);
}

/** How many pairs of patches of two frames reach each other. @param widths of {@link halfWidths} or {@link unrestricted} */
export function pairsWithin(widths: Int32Array, { rows, cols }: Grid): number {
  let pairs = 0;
  widths.forEach((width, distance) => {
    const rowPairs = distance === 0 ? rows : 2 * (rows - distance);
    pairs += rowPairs * (cols * (2 * width + 1) - width * (width + 1));
  });
  return pairs;
}

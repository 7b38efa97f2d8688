export type Row = Record<string, string | number>;

/** A printer of rows: JSON lines, or a table with a new head wherever the columns change. */
export function table(json: boolean): (row: Row) => void {
  let head = '';
  return (row) => {
    const shown = Object.entries(row).map(([key, value]) => [
      key,
      typeof value === 'number' ? Number(value.toPrecision(4)) : value,
    ]);
    if (json) return void process.stdout.write(`${JSON.stringify(Object.fromEntries(shown))}\n`);
    const widths = shown.map(([key]) => Math.max(String(key).length, 8));
    const line = (cells: unknown[]) => `${cells.map((cell, i) => String(cell).padEnd(widths[i])).join('  ')}\n`;
    const keys = line(shown.map(([key]) => key));
    if (keys !== head) process.stdout.write(keys);
    head = keys;
    process.stdout.write(line(shown.map(([, value]) => value)));
  };
}

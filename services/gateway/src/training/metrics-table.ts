import type { TrainingMetric } from '@propago/database';

const PAGE = 5000;

/** Metrics as CSV: a column for the step, one for each value of the first line, nested ones by their path. */
export async function* metricsTable(
  read: (afterStep: number, most: number) => Promise<Pick<TrainingMetric, 'step' | 'values'>[]>,
): AsyncGenerator<string> {
  let columns: string[] | undefined;
  for (let after = -1; ;) {
    const page = await read(after, PAGE);
    const lines: string[] = [];
    for (const { step, values } of page) {
      const cells = cellsOf(values);
      if (!columns) {
        columns = [...cells.keys()];
        lines.push(['step', ...columns].join(','));
      }
      lines.push([step, ...columns.map((column) => cells.get(column) ?? '')].join(','));
      after = step;
    }
    if (lines.length > 0) yield `${lines.join('\n')}\n`;
    else if (!columns) yield 'step\n';
    if (page.length < PAGE) return;
  }
}

function cellsOf(values: unknown, path = ''): Map<string, string> {
  const cells = new Map<string, string>();
  for (const [key, value] of Object.entries(values as Record<string, unknown>)) {
    const name = path ? `${path}.${key}` : key;
    if (typeof value === 'object' && value !== null) for (const cell of cellsOf(value, name)) cells.set(...cell);
    else if (typeof value === 'number') cells.set(name, String(value));
  }
  return cells;
}

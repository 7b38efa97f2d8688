import { metricsTable } from './metrics-table';

const textOf = async (rows: { step: number; values: object }[]) => {
  const read = async (after: number, most: number) =>
    rows.filter(({ step }) => step > after).slice(0, most) as { step: number; values: never }[];
  let text = '';
  for await (const part of metricsTable(read)) text += part;
  return text;
};

describe('metricsTable', () => {
  it('has a column for each number, nested ones by their path', async () => {
    const rows = [
      { step: 10, values: { loss: 1.5, parts: { siammae: 1.5 }, note: 'no number' } },
      { step: 20, values: { loss: 1e-7, parts: {} } },
    ];
    expect(await textOf(rows)).toBe('step,loss,parts.siammae\n10,1.5,1.5\n20,1e-7,\n');
  });

  it('has a header without any rows', async () => {
    expect(await textOf([])).toBe('step\n');
  });

  it('reads on page by page', async () => {
    const rows = Array.from({ length: 12_001 }, (_, step) => ({ step, values: { loss: step } }));
    const lines = (await textOf(rows)).trimEnd().split('\n');
    expect(lines).toHaveLength(12_002);
    expect(lines.at(-1)).toBe('12000,12000');
  });
});

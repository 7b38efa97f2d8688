import { columns } from './columns';

describe('columns', () => {
  it('makes each column as wide as its longest cell, and ends no line with spaces', () => {
    const rows = [
      ['vit:12', 'READY', 'champion'],
      ['vit:3', 'REJECTED', ''],
    ];
    expect(columns(rows)).toBe('vit:12  READY     champion\nvit:3   REJECTED');
  });

  it('is empty without rows', () => {
    expect(columns([])).toBe('');
  });
});

import { classShapes } from './class-shapes';

const map = (...rows: string[]) => ({
  width: rows[0]!.length,
  height: rows.length,
  labels: Uint8Array.from(rows.join(''), Number),
});

describe('classShapes', () => {
  it('gives area, thickness and connected regions of each class', () => {
    const shapes = classShapes(
      map(
        '1110002', //
        '1110000',
        '1110300',
        '0003000',
        '0030001',
      ),
    );
    expect(shapes).toEqual([
      { id: 1, area: 10, thickness: 3, regions: [9, 1] },
      { id: 2, area: 1, thickness: 1, regions: [1] },
      { id: 3, area: 3, thickness: 1, regions: [3] },
    ]);
  });

  it('takes one class beside another for its end', () => {
    expect(classShapes(map('112', '112', '222'))).toEqual([
      { id: 1, area: 4, thickness: 2, regions: [4] },
      { id: 2, area: 5, thickness: 1, regions: [5] },
    ]);
  });

  it('knows no class in a mask of background', () => {
    expect(classShapes(map('00', '00'))).toEqual([]);
  });

  it('measures a mask that is one class', () => {
    const labels = new Uint8Array(300 * 200).fill(7);
    expect(classShapes({ width: 300, height: 200, labels })).toEqual([
      { id: 7, area: 60_000, thickness: 200, regions: [60_000] },
    ]);
  });
});

import { agreement, meanOf } from '../../services/web/src/compare/agreement';
import { differencesOf, largest } from '../../services/web/src/compare/differences';
import { encodeRle } from '../../services/web/src/labels/rle';

const SIZE = { width: 4, height: 2 };
const frame = (index: number, ids: number[]) =>
  ({
    index,
    classes: [1, 2].map((id) => ({ id, rle: { counts: encodeRle(Uint8Array.from(ids), 4, 2, id) } })),
  }) as never;

describe('the agreement of two pictures of ids', () => {
  it('is the Jaccard index of each object, and nothing of one that is in neither', () => {
    const [one, other] = [Uint8Array.of(1, 1, 0, 0, 2, 2, 2, 2), Uint8Array.of(1, 0, 0, 0, 2, 2, 0, 0)];
    const found = agreement(one, other, [1, 2, 3]);
    expect(found.map(({ jaccard }) => jaccard)).toEqual([0.5, 0.5, null]);
    expect(meanOf(found)).toBe(0.5);
    expect(meanOf(agreement(one, other, [3]))).toBe(1);
  });
});

describe('the frames on which two runs differ most', () => {
  it('are compared where both have masks', () => {
    const one = [frame(0, [1, 1, 0, 0, 0, 0, 0, 0]), frame(1, [1, 1, 0, 0, 0, 0, 0, 0])];
    const other = [frame(1, [1, 0, 0, 0, 0, 0, 0, 0]), frame(2, [1, 0, 0, 0, 0, 0, 0, 0])];
    expect(differencesOf(one, other, SIZE, [1, 2])).toEqual([{ frame: 1, jaccard: 0.5 }]);
    expect(differencesOf(one, one, SIZE, [1, 2])).toEqual([
      { frame: 0, jaccard: 1 },
      { frame: 1, jaccard: 1 },
    ]);
  });

  it('are the worst ones, one of each stretch, and none where the masks are the same', () => {
    const all = [0.9, 0.2, 0.3, 1, 0.8, 1].map((jaccard, frame) => ({ frame, jaccard }));
    expect(largest(all, 3, 2).map((one) => one.frame)).toEqual([1, 4]);
    expect(largest([{ frame: 0, jaccard: 1 }], 3, 2)).toEqual([]);
  });
});

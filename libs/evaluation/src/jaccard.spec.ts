import { jaccard } from './jaccard';

const frame = (...labels: number[]) => ({ width: labels.length, height: 1, labels: Uint8Array.from(labels) });

describe('jaccard', () => {
  it('is the intersection over the union of one object', () => {
    expect(jaccard(frame(1, 1, 1, 0, 2), frame(0, 1, 1, 1, 2), 1)).toBe(2 / 4);
    expect(jaccard(frame(1, 1, 1, 0, 2), frame(0, 1, 1, 1, 2), 2)).toBe(1);
  });

  it('is 1 when the object is in neither', () => {
    expect(jaccard(frame(0, 0), frame(0, 2), 1)).toBe(1);
  });

  it('is 0 when the object is in one of the two', () => {
    expect(jaccard(frame(0, 0), frame(0, 1), 1)).toBe(0);
  });

  it('counts void as background', () => {
    expect(jaccard(frame(255, 1), frame(1, 1), 1)).toBe(1 / 2);
  });

  it('refuses frames of different sizes', () => {
    expect(() => jaccard(frame(0, 1), frame(0), 1)).toThrow('received 2x1 and 1x1');
  });
});

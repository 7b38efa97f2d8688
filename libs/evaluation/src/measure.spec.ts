import { measureOf } from './measure';

describe('measureOf', () => {
  it('gives mean, share above 0.5, and first quarter minus last quarter', () => {
    // n 8: borders round(1, 2.75, 4.5, 6.25, 8) - 1 = 0, 2, 4, 5, 7; quarters 0..2 and 5..7
    const measure = measureOf([1, 1, 1, 0.5, 0.5, 0, 0.3, 0]);
    expect(measure.mean).toBeCloseTo(4.3 / 8, 12);
    expect(measure.recall).toBe(3 / 8);
    expect(measure.decay).toBeCloseTo(0.9, 12);
  });

  it('rounds halves of the quarter borders up', () => {
    // n 7: borders 1, 2.5, 4, 5.5, 7 become 0, 2, 3, 5, 6
    expect(measureOf([3, 3, 9, 0, 0, 2, 4]).decay).toBeCloseTo(5 - 3, 12);
  });

  it('takes the quarters of sequences of more than 256 frames where they are', () => {
    const values = Array.from({ length: 400 }, (_, i) => (i < 100 ? 1 : i >= 300 ? 0.25 : 0));
    expect(measureOf(values).decay).toBeCloseTo(100 / 101 - 0.25, 2);
  });

  it('takes one frame for both quarters', () => {
    expect(measureOf([0.7])).toEqual({ mean: 0.7, recall: 1, decay: 0, perFrame: [0.7] });
  });

  it('is not a number without frames', () => {
    expect(measureOf([]).mean).toBeNaN();
  });
});

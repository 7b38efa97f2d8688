import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PckScore, type Place } from './pck';

type Points = ([number, number] | null)[];

const golden = JSON.parse(readFileSync(join(__dirname, '../testing/golden-pck.json'), 'utf8')) as {
  truth: Points[];
  prediction: Points[];
  scores: { alpha: number; mean: number; perPoint: (number | null)[] }[];
};

const places = (points: Points): (Place | null)[] => points.map((point) => point && { x: point[0], y: point[1] });

describe('PckScore', () => {
  it('has the values of an independent NumPy implementation, points that are never visible included', () => {
    const alphas = golden.scores.map(({ alpha }) => alpha);
    const sut = new PckScore(golden.truth[0]!.length, alphas);
    golden.truth.forEach((truth, frame) => sut.add(places(truth), places(golden.prediction[frame]!)));
    const result = sut.result();
    expect(result).toHaveLength(alphas.length);
    golden.scores.forEach(({ mean, perPoint }, i) => {
      expect(result[i]!.mean).toBeCloseTo(mean, 12);
      perPoint.forEach((share, point) => {
        if (share === null) expect(result[i]!.perPoint[point]).toBeNaN();
        else expect(result[i]!.perPoint[point]).toBeCloseTo(share, 12);
      });
    });
  });

  it('takes a distance of exactly alpha sizes as found', () => {
    const sut = new PckScore(2, [0.1]);
    const truth = [
      { x: 0, y: 0 },
      { x: 100, y: 0 },
    ];
    sut.add(truth, [{ x: 6, y: 0 }, null]);
    expect(sut.result()).toEqual([{ alpha: 0.1, mean: 0.5, perPoint: [1, 0] }]);
  });

  it('scores no frame that has no size', () => {
    const sut = new PckScore(2);
    sut.add([{ x: 5, y: 5 }, null], [{ x: 5, y: 5 }, null]);
    expect(sut.result().map(({ mean }) => mean)).toEqual([NaN, NaN]);
  });

  it('refuses another number of points', () => {
    expect(() => new PckScore(2).add([null], [null])).toThrow(RangeError);
  });
});

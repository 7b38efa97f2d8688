import { CodedError } from '@propago/contracts';
import { evaluateSequence, SequenceScore } from './sequence-score';

const frame = (...labels: number[]) => ({ width: 2, height: 2, labels: Uint8Array.from(labels) });

describe('evaluateSequence', () => {
  it('scores every frame but the first and the last', () => {
    const truth = [frame(0, 1, 0, 0), frame(0, 1, 1, 0), frame(0, 1, 0, 0), frame(0, 1, 0, 0)];
    const wrong = frame(1, 0, 0, 0);
    const [score] = evaluateSequence(truth, [wrong, frame(0, 1, 0, 0), truth[2], wrong]);
    expect(score.id).toBe(1);
    expect(score.J.perFrame).toEqual([0.5, 1]);
    expect(score.F.perFrame).toHaveLength(2);
  });

  it("takes the objects 1..n from the first frame's ground truth, absent ids and void included", () => {
    const truth = [frame(0, 3, 255, 1), frame(0, 3, 0, 1), frame(0, 0, 0, 0)];
    const scores = evaluateSequence(truth, truth);
    expect(scores.map(({ id, J }) => [id, J.mean])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
  });

  it('does not score objects that appear later', () => {
    const truth = [frame(0, 1, 0, 0), frame(0, 1, 2, 0), frame(0, 1, 2, 0)];
    const predictions = truth.map(() => frame(0, 1, 0, 0));
    expect(evaluateSequence(truth, predictions).map(({ id }) => id)).toEqual([1]);
    expect(evaluateSequence(truth, predictions, { objects: [1, 2] }).map(({ J }) => J.mean)).toEqual([1, 0]);
  });

  it('refuses a predicted object that the ground truth does not start with, but not void', () => {
    const truth = [frame(0, 1, 0, 0), frame(0, 1, 0, 0)];
    expect(() => evaluateSequence(truth, [truth[0], frame(0, 1, 2, 0)])).toThrow(CodedError);
    expect(() => evaluateSequence(truth, [truth[0], frame(0, 1, 255, 0)])).not.toThrow();
  });

  it('refuses a sequence that starts without objects, and another number of predictions', () => {
    expect(() => evaluateSequence([frame(0, 0, 0, 255)], [frame(0, 0, 0, 0)])).toThrow('no object');
    expect(() => evaluateSequence([frame(0, 1, 0, 0)], [])).toThrow('Expected 1 predictions but received 0');
  });
});

describe('SequenceScore', () => {
  it('can be asked at any time', () => {
    const score = new SequenceScore();
    for (const scored of [0, 0, 1, 2]) {
      score.add(frame(0, 1, 0, 0), frame(0, 1, 0, 0));
      expect(score.result()[0].J.perFrame).toHaveLength(scored);
    }
  });
});

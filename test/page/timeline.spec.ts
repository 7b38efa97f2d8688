import { passesUnderWay } from '../../services/web/src/workbench/passes-under-way';
import { nextToLookAt } from '../../services/web/src/workbench/next-to-look-at';

const pass = (direction: 'forward' | 'backward', fromFrame: number, toFrame: number | null, done: number) => ({
  direction,
  fromFrame,
  toFrame,
  objects: [1],
  segments: { done, total: 4 },
});

describe('passes under way', () => {
  it('reach from their prompt as far as they have come, in their direction', () => {
    const passes = [pass('forward', 10, 29, 1), pass('backward', 39, 20, 2)];
    expect(passesUnderWay(passes, 1, 100)).toEqual([
      { from: 10, to: 15 },
      { from: 30, to: 40 },
    ]);
  });

  it('end where the video ends, as far as that is known', () => {
    expect(passesUnderWay([pass('forward', 0, null, 2)], 1, 40)).toEqual([{ from: 0, to: 20 }]);
  });

  it('are neither those that are done, nor those of other objects', () => {
    expect(passesUnderWay([pass('forward', 0, 9, 4), pass('forward', 0, 9, 0)], 1, 10)).toEqual([]);
    expect(passesUnderWay([pass('forward', 0, 9, 1)], 2, 10)).toEqual([]);
  });
});

describe('where to look next', () => {
  const at = (frame: number) => ({ frame, seconds: 0, objects: [1], expectedGain: 0.1, reason: 'It drifts.' });
  const best = [at(30), at(4), at(57)];

  it('is the best frame, then the one after it in their order, and the best again after the last', () => {
    const visited = [12];
    for (let i = 0; i < 4; i++) visited.push(nextToLookAt(best, visited.at(-1)!)!.frame);
    expect(visited).toEqual([12, 30, 4, 57, 30]);
  });

  it('is nowhere while nothing is suggested', () => {
    expect(nextToLookAt([], 3)).toBeUndefined();
  });
});

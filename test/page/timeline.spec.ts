import { listedObjects } from '../../services/web/src/workbench/listed-objects';
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

describe('the objects on a frame', () => {
  const objects = [
    { id: 1, name: 'cyclist' },
    { id: 2, name: null },
    { id: 11, name: 'hand' },
  ];
  const timeline = {
    objects: [
      { id: 1, areas: [9, 8], confidences: [1, 0.875] },
      { id: 2, areas: [9, 0], confidences: [1, null] },
      { id: 11, areas: [0, 0], confidences: [null, null] },
    ],
  };
  const point = (name: string, state: 'visible' | 'lost') => ({ name, x: 1, y: 1, confidence: 1, state });
  const keypoints = [{ id: 11, points: [point('tip', 'visible'), point('base', 'lost')] }];

  it('have their confidence, or that they are not here, or how many of their key points are seen', () => {
    expect(listedObjects(objects, timeline, 1, keypoints)).toEqual([
      { id: 1, name: 'cyclist', note: '0.88' },
      { id: 2, name: null, note: 'not here' },
      { id: 11, name: 'hand', note: '1 of 2' },
    ]);
  });

  it('have nothing on a frame of which nothing is known', () => {
    expect(listedObjects(objects, timeline, -1, []).map(({ note }) => note)).toEqual(['', '', '']);
  });
});

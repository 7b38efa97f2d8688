import { listedObjects } from '../../services/web/src/workbench/listed-objects';
import { isChanging, passesUnderWay } from '../../services/web/src/workbench/passes-under-way';
import { bandsOf } from '../../services/web/src/workbench/timeline-bands';
import {
  LEAST_SHOWN,
  moved,
  wholeOf,
  withFrame,
  zoomed,
  type Stretch,
} from '../../services/web/src/workbench/timeline-view';
import { withNames } from '../../services/web/src/workbench/with-names';
import { estimateOf } from '../../services/web/src/new-run/estimate';
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

describe('masks that are made anew', () => {
  it('are those that an unfinished pass reaches, of its objects', () => {
    const passes = [pass('forward', 10, 29, 1), pass('backward', 39, 20, 4), pass('forward', 50, null, 0)];
    expect([9, 10, 29, 30, 39, 49, 50, 900].map((frame) => isChanging(passes, frame))).toEqual([
      ...[false, true, true, false, false, false, true, true],
    ]);
    expect(isChanging(passes, 10, 2)).toBe(false);
  });
});

describe('the row of an object', () => {
  const timeline = {
    revision: 2,
    frames: [0, 1, 2, 3, 4, 5],
    revisions: [1, 1, 1, 2, 2, 2],
    objects: [{ id: 1, areas: [5, 5, 0, 5, 5, 5], confidences: [0.9, 0.8, null, 0.7, 0.9, null] }],
  };
  const isChanging = (frame: number) => frame < 1;
  const view = { first: 0, count: 6 };

  it('has a band for each frame where it is, faint where the mask is made anew', () => {
    const bands = bandsOf(timeline, 1, { atFrame: (frame) => 10 * frame, view, revision: 2, isChanging });
    expect(bands.map(({ left, right }) => [left, right])).toEqual([
      [0, 10],
      [10, 20],
      [30, 40],
      [40, 50],
      [50, 60],
    ]);
    expect(bands.map(({ isCurrent }) => isCurrent)).toEqual([false, true, true, true, true]);
  });

  it('has one for frames that share a pixel, with the lowest confidence', () => {
    const atFrame = (frame: number) => Math.floor(frame / 3);
    expect(bandsOf(timeline, 1, { atFrame, view, revision: 2, isChanging })).toEqual([
      { left: 0, right: 1, confidence: 0.8, isCurrent: false },
      { left: 1, right: 2, confidence: 0.7, isCurrent: true },
    ]);
    expect(bandsOf(undefined, 1, { atFrame, view, revision: 2, isChanging })).toEqual([]);
  });

  it('has none for frames that are not seen', () => {
    const atFrame = (frame: number) => 10 * (frame - 3);
    const bands = bandsOf(timeline, 1, { atFrame, view: { first: 3, count: 2 }, revision: 2, isChanging });
    expect(bands.map(({ left, right }) => [left, right])).toEqual([
      [0, 10],
      [10, 20],
    ]);
  });
});

describe('the stretch that a timeline shows', () => {
  const frames = 20_000;
  const all = wholeOf(frames);
  const shareOf = ({ first, count }: Stretch, frame: number) => (frame + 0.5 - first) / count;

  it('leaves the frame that it is brought nearer around at its place, and ends where each frame is seen', () => {
    let sut = all;
    for (let i = 0; i < 20; i++) {
      const place = shareOf(sut, 15_000);
      sut = zoomed(sut, frames, 2, 15_000);
      expect(shareOf(sut, 15_000)).toBeCloseTo(place, 1);
    }
    expect(sut.count).toBe(LEAST_SHOWN);
  });

  it('never leaves the video, however it is moved, and is all of it again in the end', () => {
    const near = zoomed(all, frames, 100, 0);
    expect(near).toEqual({ first: 0, count: 200 });
    expect(moved(near, frames, -50).first).toBe(0);
    expect(moved(near, frames, 1e6).first).toBe(frames - 200);
    expect(zoomed(moved(near, frames, 1e6), frames, 1 / 1000, frames - 1)).toEqual(all);
  });

  it('goes with the frame: a stretch on where it has just left, to its surroundings where it is elsewhere', () => {
    const near = { first: 1000, count: 100 };
    expect(withFrame(near, frames, 1099)).toBe(near);
    expect(withFrame(near, frames, 1100)).toEqual({ first: 1090, count: 100 });
    expect(withFrame(near, frames, 999)).toEqual({ first: 909, count: 100 });
    expect(withFrame(near, frames, 15_000)).toEqual({ first: 14_950, count: 100 });
    expect(withFrame(near, frames, frames - 1)).toEqual({ first: frames - 100, count: 100 });
  });

  it('is all of a video with few frames', () => {
    expect(zoomed(wholeOf(12), 12, 2, 3)).toEqual({ first: 0, count: 12 });
  });
});

describe('a sentence about objects', () => {
  it('calls them as people do, where they have names', () => {
    const names = new Map([
      [1, 'dog'],
      [2, 'Object 2'],
    ]);
    const sentence = 'Object 1 was not found; the labels of object 2 and object 12 fit.';
    expect(withNames(sentence, names)).toBe('“dog” was not found; the labels of object 2 and object 12 fit.');
  });
});

describe('what a run will take', () => {
  const run = (seconds: number, frames: number, more = {}) => ({
    preset: 'siammae',
    revision: 1,
    encoder: { name: 'a', version: 1, sha256: '', chosenBy: '' },
    video: { frames },
    timings: { seconds },
    ...more,
  });
  const judged = [run(20, 100), run(10, 100), run(30, 100), run(999, 4), run(999, 100, { revision: 3 })] as never[];

  it('is the median of first runs of the preset that were long enough to tell', () => {
    expect(estimateOf(50, { preset: 'siammae', encoder: undefined }, judged)).toEqual({ seconds: 10, runs: 3 });
    expect(estimateOf(50, { preset: 'dino', encoder: undefined }, judged)).toBeUndefined();
  });

  it('is judged by runs with the encoder, where there are some', () => {
    const of = run(50, 100, { encoder: { name: 'b', version: 2, sha256: '', chosenBy: '' } }) as never;
    expect(estimateOf(100, { preset: 'siammae', encoder: 'b:2' }, [...judged, of])).toEqual({ seconds: 50, runs: 1 });
  });
});

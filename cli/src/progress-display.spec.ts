import { ProgressDisplay } from './progress-display';

describe('ProgressDisplay', () => {
  let lines: string[];
  let time: number;
  let sut: ProgressDisplay;

  beforeEach(() => {
    lines = [];
    time = 0;
    sut = new ProgressDisplay({ write: (text) => lines.push(text) }, () => time);
  });

  it('prints at most one line per second where there is no terminal', () => {
    for (time = 0; time < 3000; time += 100) sut.update(time / 100, 30, 'x');
    expect(lines).toEqual(['0 of 30 frames (x)\n', '10 of 30 frames (x)\n', '20 of 30 frames (x)\n']);
  });

  it('does not repeat a line', () => {
    sut.update(1, null, 'x');
    time = 5000;
    sut.update(1, null, 'x');
    expect(lines).toEqual(['1 of ? frames (x)\n']);
  });

  it('names the stages of a run', () => {
    const stage = (done: number) => ({ done, total: null });
    sut.updateRun({ frames: 9, ingest: stage(9), features: stage(7), propagation: stage(5), results: stage(3) });
    expect(lines).toEqual(['3 of 9 frames (decoded 9, features 7, propagated 5)\n']);
  });

  it('says how far passes are, where there are several', () => {
    const stage = { done: 9, total: 40 };
    const pass = (fromFrame: number, toFrame: number | null, done: number, total: number | null) => ({
      fromFrame,
      toFrame,
      segments: { done, total },
    });
    const passes = [pass(0, 19, 2, 2), pass(20, null, 1, null), pass(20, 1, 0, 2)];
    sut.updateRun({ frames: 40, ingest: stage, features: stage, propagation: stage, results: stage, passes });
    expect(lines).toEqual([
      '9 of 40 frames (decoded 9, features 9, propagated 9; 1 of 3 passes done, 20→? 1/?, 20→1 0/2)\n',
    ]);
  });
});

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
});

import { averageFrameRate } from './average-frame-rate';

describe('averageFrameRate', () => {
  const milliseconds = { num: 1, den: 1000 };

  it('is that of the time stamps where the headers state another one', () => {
    const steps = { count: 11, ticks: 2200 };
    expect(averageFrameRate({ frameRate: 25, timeBase: milliseconds }, steps)).toBe(5);
    expect(averageFrameRate({ frameRate: null, timeBase: milliseconds }, steps)).toBe(5);
  });

  it('is the exact one of the headers where rounded time stamps agree with it', () => {
    const steps = { count: 2, ticks: 83 };
    expect(averageFrameRate({ frameRate: 24000 / 1001, timeBase: milliseconds }, steps)).toBe(24000 / 1001);
  });

  it('is that of the headers where time stamps cannot tell', () => {
    const header = { frameRate: 25, timeBase: milliseconds };
    expect(averageFrameRate(header, { count: 0, ticks: 0 })).toBe(25);
    expect(averageFrameRate(header, null)).toBe(25);
  });
});

import { retryTime } from './retry-time';

const at = (seconds: number) => new Date(1_000_000_000_000 + seconds * 1000);
const pauseAfter = (tried: number, random = 0.5) =>
  (retryTime({ triedAt: at(0), now: at(tried), firstPauseMs: 5000 }, random).getTime() - at(tried).getTime()) / 1000;

describe('retryTime', () => {
  it('waits at first a little, then twice as long as it has tried, and never for very long', () => {
    expect([0, 2, 5, 60, 3600, 86_400].map((tried) => pauseAfter(tried))).toEqual([5, 5, 10, 120, 7200, 28_800]);
  });

  it('spreads what failed together by a fifth', () => {
    expect([0, 1].map((random) => pauseAfter(100, random))).toEqual([160, 240]);
  });

  it('takes less than twenty attempts for three days', () => {
    let [tried, attempts] = [0, 1];
    for (; tried < 3 * 86_400; attempts++) tried += pauseAfter(tried);
    expect(attempts).toBeLessThan(20);
  });
});

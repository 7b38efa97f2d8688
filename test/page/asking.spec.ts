import { PacedLook, pauseAfter } from '../../services/web/src/api/pace';
import { timecode } from '../../services/web/src/ui/format';

describe('asking the same again and again', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('happens as often as it is wanted where answers are quick, and a quarter of the time at most', () => {
    expect(pauseAfter(100, 2000)).toBe(1900);
    expect(pauseAfter(3000, 2000)).toBe(9000);
  });

  /** Looks of so many ms each, counted. */
  function looks(ms: number) {
    const seen = { begun: 0, under: 0, most: 0 };
    const sut = new PacedLook(async () => {
      seen.begun++;
      seen.most = Math.max(seen.most, ++seen.under);
      await new Promise((resolve) => setTimeout(resolve, ms));
      seen.under--;
    }, 1000);
    return { sut, seen };
  }

  it('happens never twice at once, however much news there is', async () => {
    const { sut, seen } = looks(3000);
    for (let i = 0; i < 300; i++) {
      sut.soon();
      await jest.advanceTimersByTimeAsync(100);
    }
    expect(seen).toMatchObject({ begun: 3, most: 1 });
  });

  it('happens once more for news that comes while one looks, and not without news', async () => {
    const { sut, seen } = looks(10);
    sut.soon();
    await jest.advanceTimersByTimeAsync(5);
    sut.soon();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(seen.begun).toBe(2);
  });

  it('ends when it is stopped', async () => {
    const { sut, seen } = looks(10);
    sut.soon();
    sut.stop();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(seen.begun).toBe(0);
  });
});

describe('a place in a video', () => {
  it('has minutes and hours only where there are some', () => {
    expect([0, 7.04, 60, 400, 3599.999, 3723.5].map(timecode)).toEqual([
      '0.00 s',
      '7.04 s',
      '1:00.00',
      '6:40.00',
      '1:00:00.00',
      '1:02:03.50',
    ]);
  });
});

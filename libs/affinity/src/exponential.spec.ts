import { randomNumbers } from '../testing/random';
import { exponential } from './exponential';

describe('exponential', () => {
  it('lies within 4e-16 of Math.exp', () => {
    const random = randomNumbers(1);
    let worst = 0;
    for (let i = 0; i < 200_000; i++) {
      const x = i % 2 ? -random() * 2 : -random() * 690;
      worst = Math.max(worst, Math.abs(exponential(x) / Math.exp(x) - 1));
    }
    expect(worst).toBeLessThan(4e-16);
  });

  it('is 1 at 0 and 0 where the weight cannot matter', () => {
    expect(exponential(0)).toBe(1);
    expect(exponential(-700.1)).toBe(0);
    expect(exponential(-Infinity)).toBe(0);
    expect(exponential(-700)).toBeGreaterThan(0);
  });
});

import { resizeRgb } from './resize';

/** One grey row or column as rgb24. */
const grey = (...values: number[]): Buffer => Buffer.from(values.flatMap((value) => [value, value, value]));
const reds = (rgb: Buffer): number[] => Array.from({ length: rgb.length / 3 }, (_, i) => rgb[i * 3]!);

describe('resizeRgb', () => {
  it('returns the input itself where nothing changes', () => {
    const rgb = grey(1, 2);
    expect(resizeRgb(rgb, { width: 2, height: 1 }, { width: 2, height: 1 }, 'antialias')).toBe(rgb);
  });

  it.each(['bilinear', 'antialias'] as const)('enlarges at half-pixel centres with %s', (method) => {
    // Centres of the four new pixels lie at -0.25, 0.25, 0.75 and 1.25 of the old ones.
    const row = resizeRgb(grey(0, 200), { width: 2, height: 1 }, { width: 4, height: 1 }, method);
    expect(reds(row)).toEqual([0, 50, 150, 200]);
    const column = resizeRgb(grey(0, 200), { width: 1, height: 2 }, { width: 1, height: 4 }, method);
    expect(reds(column)).toEqual([0, 50, 150, 200]);
  });

  it('takes two taps when shrinking with bilinear', () => {
    // One output centre at 1.5: the mean of the two middle pixels, the outer ones do not count.
    const out = resizeRgb(grey(255, 10, 30, 255), { width: 4, height: 1 }, { width: 1, height: 1 }, 'bilinear');
    expect(reds(out)).toEqual([20]);
  });

  it('weighs every pixel under a widened triangle when shrinking with antialias', () => {
    // Factor 2 from 4 to 2: support 2 round centres 1 and 3; weights 3/4 3/4 1/4 of (1-|d|/2), cut at the edge.
    const out = resizeRgb(grey(0, 100, 200, 40), { width: 4, height: 1 }, { width: 2, height: 1 }, 'antialias');
    const left = (0 * 0.75 + 100 * 0.75 + 200 * 0.25) / 1.75;
    const right = (100 * 0.25 + 200 * 0.75 + 40 * 0.75) / 1.75;
    expect(reds(out)).toEqual([Math.round(left), Math.round(right)]);
  });

  it('mixes both axes', () => {
    const corners = Buffer.concat([grey(0, 100), grey(200, 50)]);
    const out = resizeRgb(corners, { width: 2, height: 2 }, { width: 1, height: 1 }, 'bilinear');
    expect(reds(out)).toEqual([88]);
  });

  it.each(['bilinear', 'antialias'] as const)('keeps a constant picture constant with %s', (method) => {
    const from = { width: 61, height: 47 };
    for (const to of [
      { width: 32, height: 47 },
      { width: 61, height: 20 },
      { width: 100, height: 90 },
      { width: 7, height: 5 },
    ]) {
      const out = resizeRgb(Buffer.alloc(61 * 47 * 3, 255), from, to, method);
      expect(out).toHaveLength(to.width * to.height * 3);
      expect(out.every((value) => value === 255)).toBe(true);
    }
  });

  it('agrees with exact arithmetic within one step of grey', () => {
    const from = { width: 37, height: 23 };
    const rgb = Buffer.from(Array.from({ length: 37 * 23 * 3 }, (_, i) => (i * i * 7 + i * 13) & 255));
    for (const to of [
      { width: 32, height: 32 },
      { width: 50, height: 11 },
      { width: 16, height: 46 },
    ]) {
      for (const method of ['bilinear', 'antialias'] as const) {
        const out = resizeRgb(rgb, from, to, method);
        const exact = exactResize(rgb, from, to, method);
        const worst = exact.reduce((most, value, i) => Math.max(most, Math.abs(value - out[i]!)), 0);
        expect(worst).toBeLessThanOrEqual(1.01);
      }
    }
  });

  it('keeps the three channels apart', () => {
    const rgb = Buffer.from([10, 20, 30, 30, 60, 90]);
    expect([...resizeRgb(rgb, { width: 2, height: 1 }, { width: 1, height: 1 }, 'bilinear')]).toEqual([20, 40, 60]);
  });

  it('refuses a buffer of another size', () => {
    expect(() => resizeRgb(Buffer.alloc(5), { width: 2, height: 1 }, { width: 1, height: 1 }, 'bilinear')).toThrow(
      'Expected 6 bytes',
    );
  });
});

/** The definition, in floating point, one output value at a time. */
function exactResize(
  rgb: Buffer,
  from: { width: number; height: number },
  to: { width: number; height: number },
  method: 'bilinear' | 'antialias',
): number[] {
  const weights = (out: number, input: number, i: number): number[] => {
    const scale = input / out;
    const support = method === 'antialias' ? Math.max(scale, 1) : 1;
    const centre = (i + 0.5) * scale - 0.5;
    const clamped = method === 'bilinear' ? Math.min(Math.max(centre, 0), input - 1) : centre;
    const raw = Array.from({ length: input }, (_, x) => Math.max(0, 1 - Math.abs(x - clamped) / support));
    const sum = raw.reduce((a, b) => a + b, 0);
    return raw.map((weight) => weight / sum);
  };
  const result: number[] = [];
  for (let y = 0; y < to.height; y++) {
    const rows = weights(to.height, from.height, y);
    for (let x = 0; x < to.width; x++) {
      const columns = weights(to.width, from.width, x);
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        rows.forEach((a, r) => columns.forEach((b, k) => (sum += a * b * rgb[(r * from.width + k) * 3 + c]!)));
        result.push(sum);
      }
    }
  }
  return result;
}

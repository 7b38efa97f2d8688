import { ClassNormalisation, PixelSize, softLabelsToLabelMap, Upsampling } from './mask-from-labels';
import { GridSize } from './label-grid';

interface Case {
  soft: Float32Array;
  classes: number;
  grid: GridSize;
  input: PixelSize;
  output: PixelSize;
  upsampling: Upsampling;
  classNormalisation: ClassNormalisation;
}

const run = (c: Case) =>
  softLabelsToLabelMap(c.soft, c.classes, c.grid, c.input, c.output, {
    upsampling: c.upsampling,
    classNormalisation: c.classNormalisation,
  });

/** The definition, one full-size plane per class, every pixel worked out: what the fast version must equal. */
function bySteps(c: Case) {
  const middle = c.upsampling === 'output-size' ? c.output : c.input;
  const nearest = (i: number, from: number, to: number): number =>
    Math.min(from - 1, Math.floor(((i + 0.5) * from) / to));
  const at = (i: number, cells: number, pixels: number): number =>
    c.upsampling === 'nearest'
      ? nearest(i, cells, pixels)
      : Math.min(cells - 1, Math.max(0, ((i + 0.5) * cells) / pixels - 0.5));
  const planes = Array.from({ length: c.classes }, (_, k) => {
    const value = (r: number, q: number): number =>
      c.soft[(Math.min(r, c.grid.rows - 1) * c.grid.cols + Math.min(q, c.grid.cols - 1)) * c.classes + k];
    const plane = new Float64Array(middle.width * middle.height);
    for (let y = 0; y < middle.height; y++) {
      for (let x = 0; x < middle.width; x++) {
        const [v, u] = [at(y, c.grid.rows, middle.height), at(x, c.grid.cols, middle.width)];
        const [r, q] = [Math.floor(v), Math.floor(u)];
        const left = value(r, q) * (1 - v + r) + value(r + 1, q) * (v - r);
        const right = value(r, q + 1) * (1 - v + r) + value(r + 1, q + 1) * (v - r);
        plane[y * middle.width + x] = left * (1 - u + q) + right * (u - q);
      }
    }
    return plane;
  });
  const scores = planes.map((plane) => {
    const low = plane.reduce((a, b) => Math.min(a, b), Infinity);
    const high = plane.reduce((a, b) => Math.max(a, b), -Infinity);
    return c.classNormalisation === 'min-max' && high - low > 1e-12
      ? plane.map((v) => (v - low) / (high - low))
      : plane;
  });
  const channel = new Uint8Array(c.output.width * c.output.height);
  const margin = new Float64Array(channel.length);
  const won = new Float64Array(channel.length);
  /** Per class: its sum over the picture. */
  const everywhere = new Array<number>(c.classes).fill(0);
  for (let y = 0; y < c.output.height; y++) {
    for (let x = 0; x < c.output.width; x++) {
      const p = nearest(y, middle.height, c.output.height) * middle.width + nearest(x, middle.width, c.output.width);
      const order = scores.map((_, k) => k).sort((a, b) => scores[b][p] - scores[a][p] || a - b);
      const o = y * c.output.width + x;
      channel[o] = order[0];
      margin[o] = order.length > 1 ? scores[order[0]][p] - scores[order[1]][p] : 1;
      won[o] = planes[order[0]][p];
      planes.forEach((plane, k) => (everywhere[k] += plane[p]));
    }
  }
  return { channel, margin, won, everywhere };
}

function random(seed: number): () => number {
  return () => (seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff) / 0x7fffffff;
}

/** Soft labels with smooth blobs, rows summing to 1. */
function blobs(grid: GridSize, classes: number, seed: number): Float32Array {
  const next = random(seed);
  const centres = Array.from({ length: classes }, () => [next() * grid.rows, next() * grid.cols, 1 + next() * 4]);
  const soft = new Float32Array(grid.rows * grid.cols * classes);
  for (let p = 0; p < grid.rows * grid.cols; p++) {
    const raw = centres.map(([r, c, s], k) => {
      const d = (Math.floor(p / grid.cols) - r) ** 2 + ((p % grid.cols) - c) ** 2;
      return k === 0 ? 0.2 : Math.exp(-d / (2 * s * s));
    });
    const sum = raw.reduce((a, b) => a + b, 0);
    raw.forEach((v, k) => (soft[p * classes + k] = v / sum));
  }
  return soft;
}

const MODES: Upsampling[] = ['input-size', 'output-size', 'nearest'];
const NORMALISATIONS: ClassNormalisation[] = ['none', 'min-max'];
const SIZES: [GridSize, PixelSize, PixelSize][] = [
  [
    { rows: 6, cols: 9 },
    { width: 72, height: 48 },
    { width: 77, height: 50 },
  ],
  [
    { rows: 5, cols: 7 },
    { width: 56, height: 40 },
    { width: 31, height: 90 },
  ],
  [
    { rows: 8, cols: 8 },
    { width: 64, height: 64 },
    { width: 5, height: 3 },
  ],
  [
    { rows: 1, cols: 1 },
    { width: 8, height: 8 },
    { width: 10, height: 9 },
  ],
];

describe('softLabelsToLabelMap', () => {
  it.each(MODES.flatMap((m) => NORMALISATIONS.flatMap((n) => [2, 3, 9].map((k) => [m, n, k] as const))))(
    'equals the step-by-step definition (%s, %s, %i classes)',
    (upsampling, classNormalisation, classes) => {
      for (const [grid, input, output] of SIZES) {
        for (const seed of [1, 2, 3]) {
          const c = { soft: blobs(grid, classes, seed), classes, grid, input, output, upsampling, classNormalisation };
          const [fast, slow] = [run(c), bySteps(c)];
          const different = [...fast.channel.keys()].filter(
            (i) => fast.channel[i] !== slow.channel[i] && slow.margin[i] > 1e-12,
          );
          expect(different).toEqual([]);
          for (let k = 0; k < classes; k++) {
            const pixels = [...fast.channel.keys()].filter((i) => fast.channel[i] === k);
            expect(fast.area[k]).toBe(pixels.length);
            const mean = pixels.length ? pixels.reduce((sum, i) => sum + slow.won[i], 0) / pixels.length : 0;
            expect(fast.confidence[k]).toBeCloseTo(mean, 9);
            const inside = mean * pixels.length;
            const union = pixels.length + slow.everywhere[k] - inside;
            expect(fast.drift[k]).toBeCloseTo(pixels.length ? 1 - inside / union : 1, 9);
          }
        }
      }
    },
  );

  const two = (values: number[], options: Partial<Case>) =>
    run({
      soft: Float32Array.from(values.flatMap((v) => [1 - v, v])),
      classes: 2,
      grid: { rows: 1, cols: values.length },
      input: { width: values.length * 4, height: 4 },
      output: { width: values.length * 4, height: 1 },
      upsampling: 'input-size',
      classNormalisation: 'none',
      ...options,
    });

  it('interpolates with half-pixel centres as torch does', () => {
    // 0 and 1 over 8 pixels: 0 0 1/8 3/8 5/8 7/8 1 1
    expect([...two([0, 1], {}).channel]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(two([0, 1], {}).confidence[1]).toBeCloseTo((5 / 8 + 7 / 8 + 1 + 1) / 4, 12);
  });

  it('lets min-max raise a class that is weak everywhere', () => {
    expect(two([0.1, 0.3], {}).area[1]).toBe(0);
    const stretched = two([0.1, 0.3], { classNormalisation: 'min-max' });
    expect([...stretched.channel]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(stretched.confidence[1]).toBeCloseTo(0.1 + 0.2 * ((5 / 8 + 7 / 8 + 2) / 4), 7);
  });

  it('leaves a constant class as it is under min-max', () => {
    const soft = Float32Array.from([0.4, 0.6, 0, 0.4, 0.1, 0.5]);
    const mask = run({
      soft,
      classes: 3,
      grid: { rows: 1, cols: 2 },
      input: { width: 2, height: 1 },
      output: { width: 2, height: 1 },
      upsampling: 'nearest',
      classNormalisation: 'min-max',
    });
    expect([...mask.channel]).toEqual([1, 2]);
    expect(two([0, 0], { classNormalisation: 'min-max' }).area).toEqual([8, 0]);
  });

  it('takes the first class among equals', () => {
    expect(two([0.5, 0.5], {}).area).toEqual([8, 0]);
  });

  it('averages the frame confidence over the foreground only', () => {
    const mask = two([0, 1], { upsampling: 'nearest' });
    expect(mask).toMatchObject({ area: [4, 4], confidence: [1, 1], frameConfidence: 1 });
    expect(two([0, 0], {}).frameConfidence).toBe(0);
  });

  it('has no drift where the labels are sure, and more the more of them lie outside of the mask or are unsure in it', () => {
    const drift = (values: number[]) => two(values, { upsampling: 'nearest' }).drift[1];
    expect(drift([0, 1, 1, 0])).toBe(0);
    // 3 of 4 inside; 3 of 4 outside.
    expect(drift([0, 0.75, 0.75, 0])).toBeCloseTo(1 - 1.5 / 2, 12);
    expect(drift([0.25, 0.75, 0.75, 0.25])).toBeCloseTo(1 - 1.5 / 2.5, 12);
    expect(drift([0.25, 0.5, 0.25, 0.25])).toBe(1);
  });

  it('refuses soft labels of another shape', () => {
    expect(() => two([0, 1], { grid: { rows: 2, cols: 2 } })).toThrow('Expected 2x2x2 soft labels but received 4');
  });
});

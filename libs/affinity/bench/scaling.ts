import { createEngine } from '../src/create-engine';
import { Backend } from '../src/engine';
import { Grid } from '../src/parameters';
import { FrameSource, kept } from './content';
import { Curve, writeFigure } from './figure';
import { CLASSES, GRIDS, measure, median, pairsOf, parametersOf, Size, SIZES, waveLabels } from './measure';
import { Row } from './report';
import { syntheticVideo } from './synthetic-video';

const DIM = 384;
const { a8: SHORT, a21: LONG } = SIZES;

const sourceOf = (grid: Grid, dim: number): FrameSource => kept({ grid, dim, frame: syntheticVideo(grid, dim) });

/** Cost of one frame as each quantity changes alone, against the length of the video, and memory. */
export async function scaling(
  backend: Backend,
  runs: number,
  print: (row: Row) => void,
  figure: string | undefined,
): Promise<void> {
  const small = sourceOf(GRIDS.a, DIM);
  const cost = async (source: FrameSource, size: Size, threads: number[]) => {
    const variants = threads.map((count) => ({ backend, path: 'auto' as const, threads: count }));
    return measure(variants, size, source, waveLabels(size.frames, source.grid), runs);
  };
  const curve = async (axis: string, points: { at: number; source: FrameSource; size: Size }[]): Promise<Curve> => {
    const values: Curve['points'] = [];
    for (const { at, source, size } of points) {
      const [{ cpuMs }] = await cost(source, size, [2]);
      const pairs = pairsOf(source.grid, size);
      print({
        axis,
        value: at,
        cpu_ms_per_thread: cpuMs,
        million_pairs: pairs / 1e6,
        ns_per_pair: (1e6 * cpuMs) / pairs,
      });
      values.push({ at, ms: cpuMs });
    }
    return { axis, points: values };
  };

  for (const source of [small, sourceOf(GRIDS.b, DIM)]) {
    const axis = `threads, ${source.grid.rows} x ${source.grid.cols}`;
    const [one, two] = await cost(source, LONG, [1, 2]);
    print({ axis, value: 1, wall_ms: one.wallMs, cpu_ms_in_all: one.cpuMs, x_faster: 1 });
    const faster = one.wallMs / two.wallMs;
    print({ axis, value: 2, wall_ms: two.wallMs, cpu_ms_in_all: 2 * two.cpuMs, x_faster: faster });
  }

  const gridOf = (rows: number) => ({ rows, cols: Math.round((rows * 55) / 30) });
  const curves = [
    await curve(
      'patches',
      [15, 30, 45, 60].map((rows) => {
        const grid = gridOf(rows);
        return { at: grid.rows * grid.cols, source: rows === 30 ? small : sourceOf(grid, DIM), size: SHORT };
      }),
    ),
    await curve(
      'radius',
      [4, 8, 12, 20, 30].map((radius) => ({ at: radius, source: small, size: { ...LONG, radius } })),
    ),
    await curve(
      'context frames',
      [2, 4, 8, 14, 21].map((frames) => ({ at: frames, source: small, size: { ...LONG, frames } })),
    ),
    await curve(
      'dimensions',
      [64, 128, 192, 384, 768, 1024].map((dim) => ({
        at: dim,
        source: dim === DIM ? small : sourceOf(GRIDS.a, dim),
        size: SHORT,
      })),
    ),
  ];
  for (const size of [SHORT, LONG]) await wholeVideo(backend, small, size, print);
  if (figure) writeFigure(figure, `${backend}, 2 threads, ms per frame`, curves);
}

/** Cost by thirds of a video of 120 frames, and the memory it took. The frames swing to and fro between the first 22. */
async function wholeVideo(backend: Backend, source: FrameSource, size: Size, print: (row: Row) => void): Promise<void> {
  const threads = 2;
  const { grid, dim } = source;
  const patches = grid.rows * grid.cols;
  const frame = (index: number) => source.frame(Math.abs(((index + 21) % 42) - 21));
  for (let index = 0; index < 22; index++) frame(index);
  const engine = createEngine({ threads, backend });
  const before = process.memoryUsage().rss;
  const session = engine.createSession({ grid, dim, classes: CLASSES }, parametersOf(size));
  session.addContext(0, frame(0), waveLabels(1, grid));
  const spent: number[] = [];
  const memory: number[] = [];
  for (let target = 1; target <= 120; target++) {
    const start = process.cpuUsage();
    // A copy: the engine takes an array it knows for the frame it has packed already.
    const features = frame(target).slice();
    const { labels } = await session.propagate(target, features);
    session.addContext(target, features, labels);
    const used = process.cpuUsage(start);
    spent.push((used.user + used.system) / 1000 / threads);
    memory.push(process.memoryUsage().rss - before);
  }
  session.close();
  await engine.close();
  // Features in fp32 and twice in int8, labels, 88 bytes of norms and sums; all context frames, the target and two to reuse.
  const padded = Math.ceil(dim / 64) * 64;
  const expected = (size.frames + 3) * patches * (6 * padded + 4 * CLASSES + 88);
  for (const [from, to] of [
    [30, 60],
    [60, 90],
    [90, 120],
  ]) {
    print({
      axis: `video, ${size.frames} context frames`,
      value: `${from}-${to}`,
      cpu_ms_per_thread: median(spent.slice(from, to)),
      rss_growth_mb: Math.max(...memory.slice(from, to)) / 1e6,
      formula_mb: expected / 1e6,
    });
  }
}

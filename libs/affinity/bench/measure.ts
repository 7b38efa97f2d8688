import { createEngine } from '../src/create-engine';
import { Backend } from '../src/engine';
import { AffinityParameters, Grid } from '../src/parameters';

/** One problem of the table: `frames` context frames, the first kept and the last ones before the target. */
export interface Size {
  /** Which features: the files of one grid start with this letter. */
  features: 'a' | 'b';
  grid: Grid;
  frames: number;
  radius: number;
  topK: number;
  temperature: number;
}

export const SIZES: Record<string, Size> = {
  a8: { features: 'a', grid: { rows: 30, cols: 55 }, frames: 8, radius: 12, topK: 5, temperature: 0.1 },
  a21: { features: 'a', grid: { rows: 30, cols: 55 }, frames: 21, radius: 20, topK: 7, temperature: 0.07 },
  b8: { features: 'b', grid: { rows: 60, cols: 110 }, frames: 8, radius: 12, topK: 5, temperature: 0.1 },
  b21: { features: 'b', grid: { rows: 60, cols: 110 }, frames: 21, radius: 20, topK: 7, temperature: 0.07 },
};

export const CLASSES = 4;
/** Index of the frame that is labelled and measured. */
export const TARGET = 21;

/** Pairs of a query and a key inside its window, over all context frames. */
export function pairsOf({ grid, frames, radius }: Size): number {
  const reach = (length: number) =>
    Array.from({ length }, (_, i) => Math.min(length - 1, i + radius) - Math.max(0, i - radius) + 1).reduce(
      (a, b) => a + b,
    );
  return reach(grid.rows) * reach(grid.cols) * frames;
}

export interface Measurement {
  labels: Float32Array;
  /** Medians over the runs. CPU: process time / threads. */
  wallMs: number;
  cpuMs: number;
  /** Longest time the event loop was held up during a run. */
  lagMs: number;
  survivors?: number;
  scored?: number;
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * Labels frame 21 as in the middle of a video: frame 20 has been the target before, so the kernel has its usual seeds and memory.
 *
 * @param frame features by frame
 * @param labels soft labels of the context frames, oldest first: frames x patches x 4
 */
export async function measure(
  backend: Backend,
  threads: number,
  size: Size,
  dim: number,
  frame: (index: number) => Float32Array,
  labels: Float32Array,
  runs: number,
): Promise<Measurement> {
  const parameters: AffinityParameters = {
    topK: size.topK,
    temperature: size.temperature,
    neighbourhood: { shape: 'square', radius: size.radius, radiusInclusive: false },
    contextLength: size.frames - 1,
    keepFirstFrame: true,
    restrictFirstFrame: true,
    fillQueueWithFirstFrame: false,
    firstFrameInQueue: false,
    normaliseLabels: false,
  };
  const patches = size.grid.rows * size.grid.cols;
  const labelsOf = (index: number) => labels.subarray(index * patches * CLASSES, (index + 1) * patches * CLASSES);
  const engine = createEngine({ threads, backend });
  const wall: number[] = [];
  const cpu: number[] = [];
  let lagMs = 0;
  let last: Awaited<ReturnType<ReturnType<typeof engine.createSession>['propagate']>> | undefined;
  for (let run = 0; run <= runs; run++) {
    const session = engine.createSession({ grid: size.grid, dim, classes: CLASSES }, parameters);
    const oldest = TARGET - size.frames;
    session.addContext(0, frame(0), labelsOf(0));
    for (let index = Math.max(1, oldest); index < TARGET - 1; index++) {
      session.addContext(index, frame(index), labelsOf(Math.max(0, index - oldest)));
    }
    const previous = frame(TARGET - 1);
    await session.propagate(TARGET - 1, previous);
    session.addContext(TARGET - 1, previous, labelsOf(size.frames - 1));
    const target = frame(TARGET);
    const lag = watchLag();
    const start = process.cpuUsage();
    const began = performance.now();
    last = await session.propagate(TARGET, target);
    const used = process.cpuUsage(start);
    const took = performance.now() - began;
    const held = lag();
    session.close();
    // The first run warms the threads, caches and clock.
    if (run === 0) continue;
    wall.push(took);
    cpu.push((used.user + used.system) / 1000 / threads);
    lagMs = Math.max(lagMs, held);
  }
  await engine.close();
  return {
    labels: last!.labels,
    wallMs: median(wall),
    cpuMs: median(cpu),
    lagMs,
    survivors: last!.survivors,
    scored: last!.scored,
  };
}

/** Starts a timer every 2 ms; the result stops it and gives the longest delay of one in ms. */
function watchLag(): () => number {
  let worst = 0;
  let due = performance.now() + 2;
  const timer = setInterval(() => {
    worst = Math.max(worst, performance.now() - due);
    due = performance.now() + 2;
  }, 2);
  return () => {
    clearInterval(timer);
    return worst;
  };
}

import { createEngine } from '../src/create-engine';
import { AffinityEngine, AffinitySession, Backend, Path, Propagation } from '../src/engine';
import { AffinityParameters, Grid } from '../src/parameters';
import { FrameSource } from './content';

/** One problem: `frames` context frames, the first of the video and the last ones before the target. */
export interface Size {
  frames: number;
  radius: number;
  topK: number;
  temperature: number;
}

const SHORT: Size = { frames: 8, radius: 12, topK: 5, temperature: 0.1 };
const LONG: Size = { frames: 21, radius: 20, topK: 7, temperature: 0.07 };

/** Problems by name; the letter is that of the grid. */
export const SIZES: Record<string, Size & { grid: 'a' | 'b' }> = {
  a8: { ...SHORT, grid: 'a' },
  a21: { ...LONG, grid: 'a' },
  b8: { ...SHORT, grid: 'b' },
  b21: { ...LONG, grid: 'b' },
};

/** Patches where the features are not an encoder's. */
export const GRIDS = { a: { rows: 30, cols: 55 }, b: { rows: 60, cols: 110 } };

export const CLASSES = 4;
/** Index of the frame that is labelled and measured. */
export const TARGET = 21;

/** Pairs of a query and a key inside its window, over all context frames. */
export function pairsOf(grid: Grid, { frames, radius }: Size): number {
  const reach = (length: number) =>
    Array.from({ length }, (_, i) => Math.min(length - 1, i + radius) - Math.max(0, i - radius) + 1).reduce(
      (a, b) => a + b,
    );
  return reach(grid.rows) * reach(grid.cols) * frames;
}

export function parametersOf(size: Size): AffinityParameters {
  return {
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
}

/** The frames a measurement of this size asks for. */
export function framesOf({ frames }: Size): number[] {
  const first = Math.max(1, TARGET - frames);
  return [0, ...Array.from({ length: TARGET - first + 1 }, (_, i) => first + i)];
}

/** Soft labels for every context frame: frames x patches x CLASSES, rows sum to 1. */
export function waveLabels(frames: number, { rows, cols }: Grid): Float32Array {
  const labels = new Float32Array(frames * rows * cols * CLASSES);
  for (let i = 0; i < labels.length; i += CLASSES) {
    const row = Array.from({ length: CLASSES }, (_, c) => Math.exp(3 * Math.sin(i * 0.7 + c * 2.1)));
    const sum = row.reduce((a, b) => a + b);
    row.forEach((value, c) => (labels[i + c] = value / sum));
  }
  return labels;
}

/** One way to do the work. */
export interface Variant {
  backend: Backend;
  path: Path;
  threads: number;
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

export const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * Labels frame 21 as in the middle of a video: frame 20 has been the target before, so the kernel has its usual seeds and memory.
 * The variants take turns, run by run, so that other work of the machine meets all of them.
 *
 * @param labels soft labels of the context frames, oldest first: frames x patches x CLASSES
 */
export async function measure(
  variants: Variant[],
  size: Size,
  source: FrameSource,
  labels: Float32Array,
  runs: number,
): Promise<Measurement[]> {
  const work = variants.map((variant) => ({
    engine: createEngine(variant),
    threads: variant.threads,
    wall: [] as number[],
    cpu: [] as number[],
    lagMs: 0,
    last: undefined as Propagation | undefined,
  }));
  for (let run = 0; run <= runs; run++) {
    for (const state of work) {
      const session = await sessionBefore(state.engine, size, source, labels);
      const target = source.frame(TARGET);
      const lag = watchLag();
      const start = process.cpuUsage();
      const began = performance.now();
      state.last = await session.propagate(TARGET, target);
      const used = process.cpuUsage(start);
      const took = performance.now() - began;
      const held = lag();
      session.close();
      // The first run warms the threads, caches and clock.
      if (run === 0) continue;
      state.wall.push(took);
      state.cpu.push((used.user + used.system) / 1000 / state.threads);
      state.lagMs = Math.max(state.lagMs, held);
    }
  }
  await Promise.all(work.map(({ engine }) => engine.close()));
  return work.map(({ wall, cpu, lagMs, last }) => ({
    labels: last!.labels,
    wallMs: median(wall),
    cpuMs: median(cpu),
    lagMs,
    survivors: last!.survivors,
    scored: last!.scored,
  }));
}

/** A session whose next target is frame 21. */
async function sessionBefore(
  engine: AffinityEngine,
  size: Size,
  { grid, dim, frame }: FrameSource,
  labels: Float32Array,
): Promise<AffinitySession> {
  const length = grid.rows * grid.cols * CLASSES;
  const labelsOf = (index: number) => labels.subarray(index * length, (index + 1) * length);
  const session = engine.createSession({ grid, dim, classes: CLASSES }, parametersOf(size));
  const indices = framesOf(size).slice(0, -2);
  for (const index of indices)
    session.addContext(index, frame(index), labelsOf(Math.max(0, index - TARGET + size.frames)));
  const previous = frame(TARGET - 1);
  await session.propagate(TARGET - 1, previous);
  session.addContext(TARGET - 1, previous, labelsOf(size.frames - 1));
  return session;
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

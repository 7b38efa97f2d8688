import { Grid } from '../src/parameters';

/** Frames of one video: features patches x dim, rows L2-normalised, the same array for the same frame. */
export interface FrameSource {
  grid: Grid;
  dim: number;
  frame: (index: number) => Float32Array;
}

/** What a video may show, made from the features of one: from those the filter is made for to those where it is of no use. */
export const CONTENTS = ['video', 'static', 'blurred', 'flat', 'faded', 'black', 'noise', 'constant'] as const;
export type Content = (typeof CONTENTS)[number];

/** Keeps the frames that have been made. */
export function kept(source: FrameSource): FrameSource {
  const frames = new Map<number, Float32Array>();
  return {
    ...source,
    frame: (index) => {
      const made = frames.get(index) ?? source.frame(index);
      frames.set(index, made);
      return made;
    },
  };
}

/**
 * - `static`: one frame again and again.
 * - `blurred`: each patch the mean of the 9 x 9 around it.
 * - `flat`: the upper half alike in the third decimal, like a clear sky.
 * - `faded`: all patches one vector and a thousandth of their own.
 * - `black`: the same with a millionth.
 * - `noise`: independent random vectors.
 * - `constant`: every patch of every frame the same.
 */
export function withContent(source: FrameSource, content: Content): FrameSource {
  const { grid, dim, frame } = source;
  const patches = grid.rows * grid.cols;
  const one = frame(0).slice(0, dim);
  const mixed = (share: (patch: number) => number) => (index: number) =>
    normalised(
      frame(index).map((value, i) => one[i % dim] + share(Math.floor(i / dim)) * (value - one[i % dim])),
      dim,
    );
  const makers: Record<Content, (index: number) => Float32Array> = {
    video: frame,
    static: () => frame(0),
    blurred: (index) => normalised(blurred(frame(index), grid, dim), dim),
    flat: mixed((patch) => (patch < patches / 2 ? 1e-3 : 1)),
    faded: mixed(() => 1e-3),
    black: mixed(() => 1e-6),
    noise: (index) => noise(patches, dim, index),
    constant: mixed(() => 0),
  };
  return content === 'video' ? source : kept({ grid, dim, frame: makers[content] });
}

function normalised(features: Float32Array, dim: number): Float32Array {
  for (let at = 0; at < features.length; at += dim) {
    let squares = 0;
    for (let d = 0; d < dim; d++) squares += features[at + d] ** 2;
    const norm = Math.sqrt(squares);
    for (let d = 0; d < dim; d++) features[at + d] /= norm;
  }
  return features;
}

function blurred(features: Float32Array, { rows, cols }: Grid, dim: number): Float32Array {
  const along = (from: Float32Array, length: number, stride: number) => {
    const out = new Float32Array(from.length);
    for (let patch = 0; patch < rows * cols; patch++) {
      const place = Math.floor(patch / stride) % length;
      for (let step = Math.max(-4, -place); step <= Math.min(4, length - 1 - place); step++) {
        const other = (patch + step * stride) * dim;
        for (let d = 0; d < dim; d++) out[patch * dim + d] += from[other + d];
      }
    }
    return out;
  };
  return along(along(features, cols, 1), rows, cols);
}

function noise(patches: number, dim: number, seed: number): Float32Array {
  let state = (seed + 1) * 2654435761;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296 - 0.5;
  };
  return normalised(
    Float32Array.from({ length: patches * dim }, () => uniform() + uniform() + uniform()),
    dim,
  );
}

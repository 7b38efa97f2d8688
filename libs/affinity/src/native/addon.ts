import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Backend, TopKLists } from '../engine';
import { Features } from '../features';

/** Objects that live in the addon; only handed back to it. */
export type EngineHandle = { readonly engine: unique symbol };
export type SessionHandle = { readonly session: unique symbol };
export type JobHandle = { readonly job: unique symbol };

export interface SessionOptions {
  rows: number;
  cols: number;
  dim: number;
  classes: number;
  topK: number;
  temperature: number;
  normalise: boolean;
  near: Int32Array;
  all: Int32Array;
}

export interface Outcome {
  cancelled: boolean;
  survivors: number;
  scored: number;
  /** Row of the target that is not normalised, or -1, and its sum of squares. */
  badPatch: number;
  squares: number;
}

/** The functions of native/src/addon.cc. */
export interface Addon {
  backends(): { name: Backend; reason: string }[];
  /** `path`: its place in PATHS. */
  createEngine(name: Backend, threads: number, path: number): EngineHandle;
  closeEngine(engine: EngineHandle): void;
  createSession(engine: EngineHandle, options: SessionOptions): SessionHandle;
  add(
    session: SessionHandle,
    frame: number,
    features: Features,
    labels: Float32Array,
  ): { patch: number; squares: number } | undefined;
  adopt(session: SessionHandle, frame: number, labels: Float32Array): boolean;
  drop(session: SessionHandle, frame: number): void;
  clear(session: SessionHandle): void;
  run(
    session: SessionHandle,
    target: number,
    groups: { frame: number; restricted: boolean; positions: Int32Array }[],
    features: Features,
    labels: Float32Array,
    lists: TopKLists | undefined,
    done: (outcome: Outcome) => void,
  ): JobHandle;
  cancel(job: JobHandle): void;
  /** fp32 FLOP/s of all threads; `narrow`: of 256-bit instructions. */
  peak(threads: number, narrow: boolean): number;
}

export const BUILD_COMMAND = 'node libs/affinity/native/build.mjs --require';

const FILE = join('native', 'build', 'Release', 'affinity.node');

/** The addon is built in the source tree; compiled code lies in dist/libs/affinity/src/native, sources in libs/affinity/src/native. */
const PLACES = [
  join(__dirname, '..', '..', FILE),
  join(__dirname, '..', '..', '..', '..', '..', 'libs', 'affinity', FILE),
];

/** The addon, or the reason why there is none. */
export function loadAddon(places: readonly string[] = PLACES): Addon | { reason: string } {
  const path = places.find((place) => existsSync(place));
  if (!path) return { reason: 'it has not been built' };
  try {
    const module: { exports: Partial<Addon> } = { exports: {} };
    process.dlopen(module, path);
    return module.exports as Addon;
  } catch (error) {
    return { reason: `${path} cannot be loaded: ${(error as Error).message}` };
  }
}

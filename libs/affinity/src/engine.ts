import { ContextEntry, ContextGroup } from './context';
import { Features } from './features';
import { AffinityParameters, AffinityShape } from './parameters';

/** Every backend by name, slowest first. All give the same bits; see docs/affinity-bound.md. */
export const BACKENDS = ['reference', 'serial', 'avx2', 'avxvnni', 'avx512vnni', 'amxint8'] as const;
export type Backend = (typeof BACKENDS)[number];

/** How native backends judge pairs; the result is the same. In the order of Path in native/src/kernel.h. */
export const PATHS = ['auto', 'filter', 'fused', 'exact'] as const;
export type Path = (typeof PATHS)[number];

/** The ordered candidates of every patch, best first, for conformance tests and inspection. */
export interface TopKLists {
  /** Candidates per patch, at most topK: patches. */
  counts: Int32Array;
  /** patches x topK: place of the candidate's frame in the list of context entries, -1 past the count. */
  positions: Int32Array;
  /** patches x topK: patch index of the candidate in its frame, -1 past the count. */
  patches: Int32Array;
  /** patches x topK: similarities, fp64; 0 past the count. */
  scores: Float64Array;
}

export interface Propagation {
  /** patches x classes soft labels of the target frame. */
  labels: Float32Array;
  /** Present when asked for by `lists`. */
  lists?: TopKLists;
  /** Pairs of a patch and a patch of its context that it could have taken. */
  candidates: number;
  /** Pairs the filter could not rule out and that were scored exactly; native backends only. */
  survivors?: number;
  /** Pairs of these that had to be scored exactly. */
  scored?: number;
}

export interface PropagateOptions {
  /** Ends the work within a few milliseconds; the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Also return the top-k lists. */
  lists?: boolean;
  /** Another context than the parameters say, oldest first; frames after the target may be in it. */
  context?: ContextEntry[];
}

/** Labels the frames of one video in order. Memory: O(context x patches x (dim + classes)), whatever the video's length. */
export interface AffinitySession {
  /**
   * Makes a frame available as context. The arrays are copied.
   * @param features patches x dim
   * @param labels patches x classes
   * @throws AffinityInputError
   */
  addContext(frame: number, features: Features, labels: Float32Array): void;
  /**
   * The soft labels of the target frame from its context, which must have been added before. The labels have the same bits
   * on every backend and for every number of threads. Context that no later target needs is then dropped; targets must not go back.
   * `features` must stay unchanged until the promise settles; calls of one session run one after the other.
   * @throws AffinityInputError
   */
  propagate(target: number, features: Features, options?: PropagateOptions): Promise<Propagation>;
  /** Frees the context. */
  close(): void;
}

/** Owns the threads; sessions of several runs may work at once and share them. */
export interface AffinityEngine {
  readonly backend: Backend;
  createSession(shape: AffinityShape, parameters: AffinityParameters): AffinitySession;
  /** Ends the threads; work in progress is rejected. */
  close(): Promise<void>;
}

/** What a backend gives; how many candidates there were follows from the arguments. */
export type KernelOutcome = Omit<Propagation, 'candidates'>;

/** What a backend implements; arguments have been checked. */
export interface KernelSession {
  /** @throws AffinityInputError FEATURES_INVALID */
  add(frame: number, features: Features, labels: Float32Array): void;
  drop(frame: number): void;
  /** @throws AffinityInputError FEATURES_INVALID */
  run(target: number, groups: ContextGroup[], features: Features, options: PropagateOptions): Promise<KernelOutcome>;
  close(): void;
}

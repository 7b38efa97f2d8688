import { AffinityEngine, Backend } from './engine';
import { expected } from './errors';
import { createReferenceEngine } from './reference/engine';

export interface EngineOptions {
  /** Threads shared by all sessions of the engine, >= 1. */
  threads: number;
  /** 'auto' takes the fastest this machine can run. */
  backend?: 'auto' | Backend;
}

/** @throws AffinityInputError OPTION_OUT_OF_RANGE */
export function createEngine({ threads }: EngineOptions): AffinityEngine {
  if (!Number.isInteger(threads) || threads < 1) throw expected('an integer of at least 1', 'threads', threads);
  return createReferenceEngine(threads);
}

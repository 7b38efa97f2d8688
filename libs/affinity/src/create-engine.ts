import { AffinityEngine, Backend, BACKENDS, Path } from './engine';
import { expected } from './errors';
import { Addon, BUILD_COMMAND, loadAddon } from './native/addon';
import { createNativeEngine } from './native/engine';
import { createReferenceEngine } from './reference/engine';

export interface EngineOptions {
  /** Threads shared by all sessions of the engine, >= 1. */
  threads: number;
  /** 'auto', the default, takes the fastest this machine can run; PROPAGO_AFFINITY is meant for this option. */
  backend?: 'auto' | Backend;
  /**
   * For tests and measurements: judge all pairs by the int8 filter, by products in fp32 or by exact ones. 'auto', the default,
   * takes what is fastest on the features at hand; see docs/affinity-bound.md.
   */
  path?: Path;
  /** Told once, in one sentence, why 'auto' had to take the TypeScript reference, and how to get the native kernel. */
  warn?: (message: string) => void;
}

let loaded: Addon | { reason: string } | undefined;

/** The addon, loaded and tested once per process. */
function addon(): Addon | { reason: string } {
  loaded ??= loadAddon();
  return loaded;
}

/** What each backend can do here: an empty reason means usable. Slowest first. */
export function backendStates(): { name: Backend; reason: string }[] {
  const native = addon();
  const states = 'reason' in native ? [] : native.backends();
  return BACKENDS.map((name) => {
    if (name === 'reference') return { name, reason: '' };
    if ('reason' in native) return { name, reason: native.reason };
    return states.find((state) => state.name === name) ?? { name, reason: 'is not part of this build' };
  });
}

/**
 * An engine on the backend asked for.
 * @throws AffinityInputError OPTION_OUT_OF_RANGE for wrong options, and for a backend that this machine cannot run
 */
export function createEngine({ threads, backend = 'auto', path = 'auto', warn }: EngineOptions): AffinityEngine {
  if (!Number.isInteger(threads) || threads < 1) throw expected('an integer of at least 1', 'threads', threads);
  if (backend !== 'auto' && !BACKENDS.includes(backend)) {
    throw expected(`one of auto, ${BACKENDS.join(', ')}`, 'the affinity backend', backend);
  }
  if (backend === 'reference') return createReferenceEngine(threads);
  const native = addon();
  const usable = backendStates().filter(({ name, reason }) => !reason && name !== 'reference');
  const chosen = backend === 'auto' ? usable.at(-1)?.name : usable.find(({ name }) => name === backend)?.name;
  if (chosen && !('reason' in native)) return createNativeEngine(native, chosen, threads, path);
  if (backend !== 'auto') {
    const reason = backendStates().find(({ name }) => name === backend)?.reason;
    throw expected(`a backend this machine can run (${backend}: ${reason})`, 'the affinity backend', backend);
  }
  const reason = 'reason' in native ? native.reason : 'no backend passed its self-test';
  warn?.(
    `The native affinity kernel is not used because ${reason}; the TypeScript reference is. To build it: ${BUILD_COMMAND}`,
  );
  return createReferenceEngine(threads);
}

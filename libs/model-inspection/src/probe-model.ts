import type { EncoderCardFacts } from '@propago/encoder';
import type { ProbeReport } from './model-task';
import { ModelProcessOptions, runModelTask } from './run-model-task';

export interface ProbeOptions extends ModelProcessOptions {
  /** What is known about the encoder beside what its file says; goes before it. */
  facts?: EncoderCardFacts;
  /** The digest of the inspected file; another one is refused. */
  sha256?: string;
  /** Seconds per frame of 480p above which the model is refused. Default: none. */
  maxSecondsPerFrame?: number;
}

/**
 * Loads an inspected model in a process of its own under hard limits and runs it: completes its card, holds its output against
 * the card at two sizes and in a batch, looks for numbers that are not finite or change, compares it with its golden features,
 * and measures time and memory at 480p.
 * @throws CodedError MODEL_LOAD_FAILED, MODEL_CARD_INVALID, MODEL_CHANGED, MODEL_RUN_FAILED, MODEL_SHAPE, MODEL_NOT_FINITE,
 * MODEL_FEATURES_INVALID, MODEL_NOT_DETERMINISTIC, MODEL_GOLDEN_INVALID, MODEL_GOLDEN_MISMATCH, MODEL_TOO_SLOW,
 * MODEL_OUT_OF_MEMORY, MODEL_TIMEOUT or MODEL_CRASHED
 */
export function probeModel(path: string, options: ProbeOptions): Promise<ProbeReport> {
  const { facts = {}, sha256, maxSecondsPerFrame, threads = 1 } = options;
  return runModelTask({ kind: 'probe', path, facts, sha256, maxSecondsPerFrame, threads }, options);
}

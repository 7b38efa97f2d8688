import type { EncoderCard } from '@propago/encoder';
import type { QualityReport } from './model-task';
import { ModelProcessOptions, runModelTask } from './run-model-task';

/**
 * J and F of the built-in sequences with a model's features, in a process of its own under hard limits. The sequences, the
 * parameters (preset `siammae`) and the order of all arithmetic are fixed: on one machine the score of a file never changes.
 * @param card from `probeModel`
 * @throws CodedError MODEL_LOAD_FAILED, MODEL_RUN_FAILED, MODEL_FEATURES_INVALID, MODEL_OUT_OF_MEMORY, MODEL_TIMEOUT or
 * MODEL_CRASHED
 */
export function scoreModel(path: string, card: EncoderCard, options: ModelProcessOptions): Promise<QualityReport> {
  return runModelTask({ kind: 'score', path, card, threads: options.threads ?? 1 }, options);
}

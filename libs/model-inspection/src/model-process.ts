import { asCodedError, CodedError } from '@propago/contracts';
import { type EncoderFault, EncoderInvalid } from '@propago/encoder';
import { isOutOfMemory } from './confined-process';
import { measureModel } from './measure-model';
import type { ModelAnswer, ModelTask, SayPhase } from './model-task';
import { scoreEncoder } from './score-encoder';

/** The program of the process that loads a model: one task in, its phases and one answer out. It waits to be killed afterwards. */

const FAULT_CODES = {
  file: 'MODEL_LOAD_FAILED',
  card: 'MODEL_CARD_INVALID',
  load: 'MODEL_LOAD_FAILED',
  run: 'MODEL_RUN_FAILED',
  output: 'MODEL_SHAPE',
} as const satisfies Record<EncoderFault, string>;

/** The failures of the encoder lib, in the words of the registry. */
function refusal(error: unknown): CodedError {
  const { code, message } = asCodedError(error);
  if (isOutOfMemory(message)) return new CodedError('MODEL_OUT_OF_MEMORY', `No memory is left: ${message}`);
  if (error instanceof EncoderInvalid) return new CodedError(FAULT_CODES[error.fault], message);
  if (code === 'ENCODER_INVALID') return new CodedError('MODEL_LOAD_FAILED', message);
  if (code === 'ENCODER_FAILED') return new CodedError('MODEL_RUN_FAILED', message);
  if (code === 'FEATURES_INVALID') return new CodedError('MODEL_FEATURES_INVALID', message);
  return asCodedError(error);
}

const sayPhase: SayPhase = (phase) => void process.send?.({ phase });

async function answerTo(task: ModelTask): Promise<ModelAnswer> {
  try {
    return { report: task.kind === 'probe' ? await measureModel(task, sayPhase) : await scoreEncoder(task, sayPhase) };
  } catch (error) {
    const { code, message } = refusal(error);
    return { failed: { code, message: message.slice(0, 2000) } };
  }
}

// Without its parent nobody would kill it. Threads in native code make an orderly exit abort.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.once('message', (task: ModelTask) => void answerTo(task).then((answer) => process.send?.(answer)));

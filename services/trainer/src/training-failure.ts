import { CodedError, type ErrorCode } from '@propago/contracts';
import type { ProgramEnd } from './program-process';
import type { ErrorEvent } from './training-events';

/** Why a training process did not do its work. */
export interface TrainingFailure {
  error: CodedError;
  /** Whether it may go better from the last checkpoint. */
  mayPass: boolean;
}

/** Codes of the program's own error events; propago_trainer/cli.py. */
const EVENT_CODES: Record<string, ErrorCode> = {
  'training.config-invalid': 'TRAINING_CONFIG_INVALID',
  'training.loss-not-finite': 'TRAINING_NOT_FINITE',
  'training.no-data': 'TRAINING_DATA_MISSING',
  'training.out-of-memory': 'TRAINING_OUT_OF_MEMORY',
};

// As the system, Python, NumPy and PyTorch say it, whose writer of checkpoints tells no reason.
const DISK_FULL = /No space left on device|File too large|Disk quota exceeded|file write failed|inline_container\.cc/i;
const OUT_OF_MEMORY =
  /MemoryError|can't allocate memory|Cannot allocate memory|out of memory|bad_alloc|can't start new thread/i;

const KEPT_LINES = 12;

/**
 * @param event the last error event that it wrote
 * @param killedForMemory whether the kernel killed something here because memory had run out
 */
export function failureOf(end: ProgramEnd, event: ErrorEvent | undefined, killedForMemory: boolean): TrainingFailure {
  const final = (code: ErrorCode, detail: string) => ({ error: new CodedError(code, detail), mayPass: false });
  const how = end.signal ?? `exit code ${end.code}`;
  const last = end.errors.trim().split('\n').slice(-KEPT_LINES).join('\n');
  const known = event && EVENT_CODES[event.code];
  if (known) return final(known, event.message);
  const text = `${event?.message ?? ''}\n${end.errors}`;
  if (DISK_FULL.test(text)) return final('TRAINING_DISK_FULL', lineWith(DISK_FULL, text));
  if (OUT_OF_MEMORY.test(text)) return final('TRAINING_OUT_OF_MEMORY', lineWith(OUT_OF_MEMORY, text));
  if (end.signal === 'SIGKILL' && killedForMemory) {
    return final('TRAINING_OUT_OF_MEMORY', 'The kernel killed the training process because memory had run out.');
  }
  const detail = [`The training process ended (${how}).`, event?.message, last].filter(Boolean).join('\n');
  return { error: new CodedError('TRAINING_CRASHED', detail), mayPass: true };
}

/** A failure of this service's own file work. */
export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}

/** The first one: what follows it is often a consequence. */
function lineWith(pattern: RegExp, text: string): string {
  return text
    .split('\n')
    .find((line) => pattern.test(line))!
    .trim();
}

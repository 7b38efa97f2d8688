import { asCodedError, CodedError } from '@propago/contracts';
import { databaseFailure } from '@propago/database';

/** How Redis begins its refusal to write: its disk fails or is full, or its memory is. */
const REDIS_REFUSES = /^(MISCONF|OOM) /;

/** What a failure says of Postgres or Redis, not of the work; undefined for everything else. */
export function serverFailure(error: unknown): CodedError | undefined {
  if (error instanceof CodedError) return undefined;
  if (!REDIS_REFUSES.test(error instanceof Error ? error.message : '')) return databaseFailure(error);
  const detail = 'Redis takes no more jobs: its disk fails or is full, or its memory is.';
  return new CodedError('SERVICE_UNAVAILABLE', detail, { cause: error });
}

/** The given error as a coded one: itself, what it says of a server, or INTERNAL. */
export function asPlatformError(error: unknown): CodedError {
  return serverFailure(error) ?? asCodedError(error);
}

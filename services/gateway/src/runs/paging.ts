import { CodedError } from '@propago/contracts';

/** The `limit` of a request. @throws CodedError OPTION_OUT_OF_RANGE */
export function pageOf(limit: string | undefined, { fallback, most }: { fallback: number; most: number }): number {
  if (limit === undefined) return fallback;
  const value = Number(limit);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new CodedError('OPTION_OUT_OF_RANGE', `Expected limit in [1, ${most}].`);
}

/** A frame number from an address or a cursor. @throws CodedError FRAME_NOT_FOUND */
export function frameNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new CodedError('FRAME_NOT_FOUND', `Expected a frame number but received '${text}'.`);
}

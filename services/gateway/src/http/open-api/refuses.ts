import { ApiExtension } from '@nestjs/swagger';
import { ERRORS, type ErrorCode } from '@propago/contracts';

/** Of an operation in the document: the error codes that are its own, besides those that every operation may have. */
export const ERROR_CODES = 'x-error-codes';

/** Documents the codes that a route refuses with, one by one or as a family by a pattern. */
export function Refuses(...codes: (ErrorCode | RegExp)[]): MethodDecorator {
  const isMeant = (code: string) =>
    codes.some((meant) => (meant instanceof RegExp ? meant.test(code) : meant === code));
  return ApiExtension(ERROR_CODES, Object.keys(ERRORS).filter(isMeant));
}

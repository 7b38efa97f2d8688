import { CodedError, ERRORS, FieldErrors, InternalError, type ErrorCode, type FieldProblem } from '@propago/contracts';

export const PROBLEM_TYPE = 'application/problem+json';

/** RFC 9457 `application/problem+json`, with the stable code of the error table. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  instance: string;
  /** Of INTERNAL: under which the log has the reason. */
  id?: string;
  /** Everything that is wrong with the values of a request; the code and the detail are made of these. */
  errors?: readonly FieldProblem[];
}

/** @param instance the address of the request; empty where it could not be read */
export function problemOf(error: CodedError, instance: string): Problem {
  const { code, message } = error;
  const { status, title } = ERRORS[code];
  return {
    type: `urn:propago:error:${code}`,
    title,
    status,
    code,
    detail: message,
    instance,
    ...(error instanceof InternalError ? { id: error.id } : {}),
    ...(error instanceof FieldErrors ? { errors: error.problems } : {}),
  };
}

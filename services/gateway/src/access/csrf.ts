import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { CodedError } from '@propago/contracts';

const CSRF_HEADER = 'x-csrf-token';
const CHANGES_NOTHING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a request may change something, and therefore needs the token. */
export const mayChange = ({ method }: Pick<FastifyRequest, 'method'>): boolean => !CHANGES_NOTHING.has(method);

/** @throws CodedError CSRF_INVALID */
export function assertCsrfToken({ headers }: Pick<FastifyRequest, 'headers'>, expected: string): void {
  const sent = headers[CSRF_HEADER];
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (typeof sent === 'string' && timingSafeEqual(digest(sent), digest(expected))) return;
  throw new CodedError(
    'CSRF_INVALID',
    'Expected the csrfToken of GET /v1/session in the header X-CSRF-Token; load the page again.',
  );
}

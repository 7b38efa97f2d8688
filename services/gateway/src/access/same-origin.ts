import type { FastifyRequest } from 'fastify';
import { CodedError } from '@propago/contracts';

/**
 * Refuses requests that a page of another origin makes. SameSite=Strict keeps other sites from sending the cookie; this
 * holds also for other ports and subdomains, and for signing in.
 *
 * Browsers say by Sec-Fetch-Site where a page is from, except over plain HTTP, where there is the header Origin of
 * whatever changes something.
 * @throws CodedError ORIGIN_FORBIDDEN
 */
export function assertSameOrigin({ headers }: Pick<FastifyRequest, 'headers'>): void {
  const site = headers['sec-fetch-site'];
  const isOurs =
    site === undefined
      ? hostOf(headers.origin) === undefined || hostOf(headers.origin) === headers.host
      : OURS.has(site as string);
  if (isOurs) return;
  throw new CodedError('ORIGIN_FORBIDDEN', 'Open the page at the address of this server and sign in there.');
}

/** `none` is the address bar. */
const OURS = new Set(['same-origin', 'none']);

function hostOf(origin: string | undefined): string | undefined {
  return origin === undefined ? undefined : URL.canParse(origin) ? new URL(origin).host : 'none';
}

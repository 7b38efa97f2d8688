import { CodedError, type ErrorCode } from '@propago/contracts';

/** A coded error whose answer needs headers: what to send instead, or when to come back. */
export class Refusal extends CodedError {
  constructor(
    code: ErrorCode,
    message: string,
    readonly headers: Readonly<Record<string, string>>,
  ) {
    super(code, message);
  }
}

const REALM = 'Bearer realm="propago"';

/** 401 with the WWW-Authenticate header of RFC 6750. */
export function unauthorised(
  code: 'KEY_MISSING' | 'KEY_INVALID' | 'KEY_EXPIRED' | 'KEY_REVOKED' | 'SESSION_ENDED' | 'LINK_INVALID',
  message: string,
): Refusal {
  // A request that brought nothing is told no more than what to bring.
  const challenge = code === 'KEY_MISSING' ? REALM : `${REALM}, error="invalid_token", error_description="${code}"`;
  return new Refusal(code, message, { 'www-authenticate': challenge });
}

/** 403 with the WWW-Authenticate header of RFC 6750. */
export function scopeMissing(scope: string): Refusal {
  const challenge = `${REALM}, error="insufficient_scope", scope="${scope}"`;
  return new Refusal('SCOPE_MISSING', `This needs a key with the scope ${scope}.`, { 'www-authenticate': challenge });
}

/** 429. @param seconds until it is worth asking again */
export function tooMuch(
  code: 'RATE_LIMITED' | 'QUOTA_RUNS' | 'QUOTA_EXPORTS' | 'QUOTA_BYTES',
  message: string,
  seconds: number,
): Refusal {
  return new Refusal(code, message, { 'retry-after': String(seconds) });
}

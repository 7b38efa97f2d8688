import type { TLSSocket } from 'node:tls';
import type { FastifyReply, FastifyRequest } from 'fastify';

type Sender = Pick<FastifyRequest, 'headers' | 'raw'>;

/** The token that a browser sent; undefined where it is not signed in. */
export function sessionTokenIn(request: Sender): string | undefined {
  const name = nameOf(request);
  for (const cookie of request.headers.cookie?.split(';') ?? []) {
    const [key, value] = cookie.split('=', 2);
    if (key?.trim() === name && value) return value.trim();
  }
  return undefined;
}

/** Gives the browser a token. @param maxAgeSeconds 0 takes it away */
export function setSessionToken(request: Sender, reply: FastifyReply, token: string, maxAgeSeconds: number): void {
  const secure = isBehindTls(request) ? '; Secure' : '';
  const cookie = `${nameOf(request)}=${token}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`;
  void reply.header('set-cookie', cookie);
}

/** With the prefix, no other host and no plain connection can have set the cookie. */
const nameOf = (request: Sender): string => (isBehindTls(request) ? '__Host-propago_session' : 'propago_session');

/** A sender that says so without need makes its own cookie stricter, and nothing else. */
function isBehindTls({ headers, raw }: Sender): boolean {
  return headers['x-forwarded-proto'] === 'https' || (raw.socket as Partial<TLSSocket>).encrypted === true;
}

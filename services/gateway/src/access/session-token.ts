import { createHmac, randomBytes, randomUUID } from 'node:crypto';

/** `<id of the session>.<43 characters of base64url>`: the content of a cookie, or of a sign-in link. */
const TOKEN = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[A-Za-z0-9_-]{43}$/;

export const newToken = (id: string = randomUUID()): string => `${id}.${randomBytes(32).toString('base64url')}`;

/** The session that a token belongs to; undefined for what has not the form of one. */
export const sessionIdOf = (token: string): string | undefined => TOKEN.exec(token)?.[1];

/**
 * The token that takes the place of another one. It follows from that one, so that requests which are under way at the
 * same time are all given the same, and nobody can tell it who has not the token before and the server's secret.
 */
export const tokenAfter = (token: string, serverSecret: string): string =>
  `${sessionIdOf(token)}.${keyed(serverSecret, 'next token of a session', token).toString('base64url')}`;

/** What a page must send with each change. It stays the same as long as the session. */
export const csrfTokenOf = (sessionId: string, serverSecret: string): string =>
  keyed(serverSecret, 'csrf token of a session', sessionId).toString('base64url');

function keyed(serverSecret: string, purpose: string, text: string): Buffer {
  return createHmac('sha256', serverSecret).update(`${purpose}\n`).update(text).digest();
}

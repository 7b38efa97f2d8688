import type { Database } from '@propago/database';
import { digestOf } from './key-format';
import { validKeys } from './require-own-secret';
import { newToken, sessionIdOf } from './session-token';

/** A link that nobody follows is worth nothing after so long. */
const LINK_MS = 3_600_000;

/**
 * A session that waits for its first browser. It belongs to the newest admin key, and ends with it.
 * @returns its token; undefined where no admin key is valid
 */
export async function issueSignInLink(database: Database, serverSecret: string): Promise<string | undefined> {
  const key = await database.apiKey.findFirst({
    where: { scopes: { hasEvery: ['admin', 'runs:read', 'runs:write'] }, tenant: 'default', ...validKeys() },
    orderBy: { createdAt: 'desc' },
  });
  if (!key) return undefined;
  const token = newToken();
  const expiresAt = new Date(Date.now() + LINK_MS);
  const row = { id: sessionIdOf(token)!, keyId: key.id, hash: digestOf(token, serverSecret), isLink: true, expiresAt };
  await database.session.create({ data: row });
  return token;
}

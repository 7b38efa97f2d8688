import type { Database } from '@propago/database';
import { isMadeWith } from './key-id';

/** Keys that are neither revoked nor expired. */
export const validKeys = () => ({
  revokedAt: null,
  OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }],
});

export async function validKeyIds(database: Pick<Database, 'apiKey'>): Promise<string[]> {
  return (await database.apiKey.findMany({ where: validKeys(), select: { id: true } })).map(({ id }) => id);
}

/**
 * Refuses a server secret that no valid key was made with: with it, every caller would be told that its key is unknown.
 *
 * @param keyIds ids of all valid keys
 * @param isNew the secret was made just now, so that keys of which nothing else is known are of another one too
 * @throws Error that says how to go on
 */
export function requireOwnSecret(keyIds: readonly string[], serverSecret: string, isNew = false): void {
  const made = keyIds.map((id) => isMadeWith(serverSecret, id) ?? (isNew ? false : undefined));
  const others = made.filter((own) => own === false).length;
  if (others === 0 || made.includes(true)) return;
  const keys = others === 1 ? 'the API key' : `the ${others} API keys`;
  throw new Error(
    `KEY_SECRET is not the secret that ${keys} in the database came from, so every key would be refused. ` +
      'Put the old secret back ("propago up" keeps it in the file key-secret beside its data, and "propago backup" saves it). ' +
      'If it is lost, make a new admin key, which gives the old keys up: "propago up --new-admin-key", ' +
      'elsewhere "propago keys bootstrap --another" with DATABASE_URL and the new KEY_SECRET.',
  );
}

import { LONG_TRANSACTION, type Database } from '@propago/database';
import { issueKey } from './new-key';
import { requireOwnSecret, validKeyIds, validKeys } from './require-own-secret';

// Whoever comes second waits here and then finds the key of the first.
const LOCK = 7_021_944;

export interface BootstrapOptions {
  /** Also when there is a valid admin key, for when it was lost, and also with another secret than that of the others. */
  another?: boolean;
  /** The secret was made just now. */
  secretIsNew?: boolean;
  /** Makes no key, and only looks whether the secret fits those that are there. */
  onlyCheck?: boolean;
}

/**
 * The first admin key, which cannot come through the admin API.
 * @returns undefined when there is a valid admin key already
 * @throws Error when the valid keys were made with another secret
 */
export async function bootstrapAdminKey(
  database: Database,
  serverSecret: string,
  { another = false, secretIsNew = false, onlyCheck = false }: BootstrapOptions = {},
): Promise<string | undefined> {
  return database.$transaction(async (transaction) => {
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK})`;
    if (!another) requireOwnSecret(await validKeyIds(transaction), serverSecret, secretIsNew);
    if (onlyCheck) return undefined;
    const known = await transaction.apiKey.count({ where: { scopes: { has: 'admin' }, ...validKeys() } });
    if (known > 0 && !another) return undefined;
    const noLimits = { requestsPerMinute: null, maxActiveRuns: null, maxStoredBytes: null };
    const { key, row } = issueKey(
      {
        name: 'bootstrap',
        tenant: 'default',
        scopes: ['runs:read', 'runs:write', 'admin'],
        expiresAt: null,
        ...noLimits,
      },
      serverSecret,
    );
    await transaction.apiKey.create({ data: row });
    return key;
  }, LONG_TRANSACTION);
}

import type { Database } from '@propago/database';
import { issueKey } from './new-key';

// Whoever comes second waits here and then finds the key of the first.
const LOCK = 7_021_944;

/**
 * The first admin key, which cannot come through the admin API.
 * @param another also when there is one that is valid, for when it was lost
 * @returns undefined when there is a valid admin key already
 */
export async function bootstrapAdminKey(
  database: Database,
  serverSecret: string,
  another: boolean,
): Promise<string | undefined> {
  return database.$transaction(async (transaction) => {
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK})`;
    const valid = { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] };
    const known = await transaction.apiKey.count({ where: { scopes: { has: 'admin' }, ...valid } });
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
  });
}

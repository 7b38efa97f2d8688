import type { Prisma } from './generated/client';

// Apart from the locks of videos, whose seed is 0.
const SEED = 1;

/** Makes accepting runs of one tenant wait for each other, until the transaction ends: what it stores is counted. */
export async function lockTenant(transaction: Prisma.TransactionClient, tenant: string): Promise<void> {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${tenant}, ${SEED}))`;
}

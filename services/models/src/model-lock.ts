import type { Prisma } from '@propago/database';

/** Changes of one model wait for each other, until the transaction ends; so do those of one file's blobs. */
export async function lockModel(
  transaction: Prisma.TransactionClient,
  what: { name: string } | { sha256: string },
): Promise<void> {
  const key = 'name' in what ? `model:${what.name}` : `model-file:${what.sha256}`;
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`;
}

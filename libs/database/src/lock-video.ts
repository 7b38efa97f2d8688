import type { Prisma } from './generated/client';

/**
 * Makes accepting a run on a video and removing that video wait for each other, until the transaction ends:
 * otherwise a run could be accepted on a file that is just being deleted.
 */
export async function lockVideo(transaction: Prisma.TransactionClient, sha256: string): Promise<void> {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${sha256}, 0))`;
}

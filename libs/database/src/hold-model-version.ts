import type { Prisma } from './generated/client';

/**
 * Keeps a model version from being deleted until the transaction ends: otherwise a run could be accepted on a version
 * whose file is just being removed. Its deletion locks the same row and looks for runs after that.
 * @returns whether the version still exists
 */
export async function holdModelVersion(
  transaction: Prisma.TransactionClient,
  { name, version }: { name: string; version: number },
): Promise<boolean> {
  const rows = await transaction.$queryRaw<unknown[]>`
    SELECT 1 FROM "ModelVersion" WHERE name = ${name} AND version = ${version} AND "deletedAt" IS NULL FOR SHARE`;
  return rows.length > 0;
}

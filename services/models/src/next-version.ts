import type { Prisma } from '@propago/database';

/** The number of a model's next version; numbers of deleted versions are not given again. The model must be locked. */
export async function nextVersion(transaction: Prisma.TransactionClient, name: string): Promise<number> {
  const { _max } = await transaction.modelVersion.aggregate({ where: { name }, _max: { version: true } });
  return (_max.version ?? 0) + 1;
}

import { CodedError } from '@propago/contracts';
import type { Prisma } from '@propago/database';
import { audit, type AuditEntry } from './audit';

/**
 * Lets an alias name a version; what it named before is kept for a rollback. The model must be locked and the version
 * READY.
 */
export async function moveAlias(
  transaction: Prisma.TransactionClient,
  which: { name: string; alias: string },
  version: number,
  by: Pick<AuditEntry, 'actor' | 'action'>,
): Promise<void> {
  const before = await transaction.modelAlias.findUnique({ where: { name_alias: which } });
  const details = { alias: which.alias, from: before?.version ?? null };
  const revision = await audit(transaction, { ...by, name: which.name, version, details });
  // Naming the same version once more does not make it its own predecessor.
  const previousVersion = before && before.version !== version ? before.version : (before?.previousVersion ?? null);
  const now = { version, previousVersion, revision, updatedAt: new Date() };
  await transaction.modelAlias.upsert({ where: { name_alias: which }, create: { ...which, ...now }, update: now });
}

/** @throws CodedError ALIAS_CONFLICT when something else was changed in between */
export function assertRevision(what: string, expected: number | undefined, current: number | undefined): void {
  if (expected === undefined || expected === (current ?? 0)) return;
  throw new CodedError('ALIAS_CONFLICT', `Expected revision ${expected} of ${what}, it is ${current ?? 0}.`);
}

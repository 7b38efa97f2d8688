import type { Prisma } from '@propago/database';

/** Who changed what of a model; kept for ever. */
export interface AuditEntry {
  /** A person's key, or the part of the platform that acted by itself. */
  actor: string;
  action: string;
  name: string;
  version?: number | null;
  details?: Prisma.InputJsonObject;
}

/**
 * In the transaction of the change itself: both are committed, or neither.
 * @returns the entry's number: it grows with every change of any model, so it serves as a revision that never comes back
 */
export async function audit(transaction: Prisma.TransactionClient, entry: AuditEntry): Promise<number> {
  const { id } = await transaction.modelAudit.create({ data: entry });
  return Number(id);
}

/** Actors that are no person. */
export const CONFIGURATION = 'configuration';
export const VALIDATION = 'validation';

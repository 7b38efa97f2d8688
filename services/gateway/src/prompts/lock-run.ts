import { CodedError } from '@propago/contracts';
import type { Prisma } from '@propago/database';

export type LockedRun = Prisma.RunGetPayload<{
  include: { outcome: true; objects: true; prompts: true; keypointPrompts: true };
}>;

/**
 * Holds a run that may be corrected, so that its prompts and its end are changed by one at a time.
 * @throws CodedError RUN_NOT_FOUND, RUN_NOT_CORRECTABLE
 */
export async function lockRun(transaction: Prisma.TransactionClient, id: string): Promise<LockedRun> {
  await transaction.$executeRaw`SELECT FROM "Run" WHERE id = ${id}::uuid FOR UPDATE`;
  const include = { outcome: true, objects: { orderBy: { id: 'asc' } }, prompts: true, keypointPrompts: true } as const;
  const run = await transaction.run.findFirst({ where: { id, deletedAt: null }, include });
  if (!run) throw new CodedError('RUN_NOT_FOUND', `There is no run ${id}.`);
  const state = run.cancelRequestedAt ? 'cancelled' : (run.outcome?.state ?? 'succeeded');
  if (state === 'succeeded') return run;
  const how = state === 'failed' ? 'has failed' : 'was cancelled';
  throw new CodedError('RUN_NOT_CORRECTABLE', `The run ${how}; what is said about such a run cannot be changed.`);
}

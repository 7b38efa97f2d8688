import type { Prisma } from './generated/client';

/**
 * Runs that still want work: not ended, not to be cancelled, not deleted. A shadow run wants none before the run that it
 * repeats has succeeded, so that it never competes with it; and none when there is nothing to compare with.
 */
export const activeRun = {
  outcome: { is: null },
  cancelRequestedAt: null,
  deletedAt: null,
  OR: [{ shadowOfId: null }, { shadowOf: { outcome: { state: 'succeeded' }, deletedAt: null } }],
} satisfies Prisma.RunWhereInput;

/**
 * Runs whose decoded frames are kept for others: those that go on, and those that have succeeded. What a run has left
 * that failed, on a damaged video perhaps, serves nobody.
 */
export const frameKeepingRun = {
  OR: [activeRun, { outcome: { state: 'succeeded' } }],
} satisfies Prisma.RunWhereInput;

import type { Prisma } from './generated/client';

/** Runs that still want work: not ended, not to be cancelled, not deleted. */
export const activeRun = {
  outcome: { is: null },
  cancelRequestedAt: null,
  deletedAt: null,
} satisfies Prisma.RunWhereInput;

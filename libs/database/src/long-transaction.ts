/** Limits of a transaction that waits for others, or that a busy machine takes long for; Prisma's own 5 s end such ones. */
export const LONG_TRANSACTION = { timeout: 60_000, maxWait: 60_000 };

/** The longest pause between two attempts. */
const LONGEST_MS = 8 * 3_600_000;
const JITTER = 0.2;

/**
 * When a delivery that has failed is tried again: after the first pause, and then twice as long as it has been tried for,
 * so that a receiver's short absence costs seconds and a long one few requests. What waited for others before it was
 * tried first does not count. With jitter, lest a receiver that comes back is sent everything at once.
 * @param random 0 to 1
 */
export function retryTime(
  { triedAt, now, firstPauseMs }: { triedAt: Date; now: Date; firstPauseMs: number },
  random = Math.random(),
): Date {
  const tried = now.getTime() - triedAt.getTime();
  const pause = Math.min(LONGEST_MS, Math.max(firstPauseMs, 2 * tried));
  return new Date(now.getTime() + pause * (1 - JITTER + 2 * JITTER * random));
}

/** Waits that double from one failed start to the next, so that what cannot start does not take the whole processor. */
export class BackOff {
  private failures = 0;

  /**
   * @param firstMs the first wait, ms
   * @param mostMs the longest wait, ms
   * @param calmMs a process that has run for so long has started well: the next wait is the first one again
   */
  constructor(
    private readonly firstMs: number,
    private readonly mostMs: number,
    private readonly calmMs = 60_000,
  ) {}

  /** How often it has failed in a row. */
  get count(): number {
    return this.failures;
  }

  /** @param ranMs how long the process had run when it ended @returns how long to wait before the next start, ms */
  next(ranMs: number): number {
    this.failures = ranMs >= this.calmMs ? 1 : this.failures + 1;
    return Math.min(this.firstMs * 2 ** (this.failures - 1), this.mostMs);
  }
}

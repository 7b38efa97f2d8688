/** A time budget that runs only between {@link resume} and {@link pause}, so that back-pressure does not use it up. */
export class WallClock {
  private remainingMs: number;
  private startedAt = 0;
  private timer: NodeJS.Timeout | null = null;
  private over = false;

  constructor(
    seconds: number,
    private readonly onEnd: () => void,
  ) {
    this.remainingMs = seconds * 1000;
  }

  resume(): void {
    if (this.timer || this.over) return;
    this.startedAt = performance.now();
    this.timer = setTimeout(this.onEnd, Math.min(Math.max(this.remainingMs, 0), 2 ** 31 - 1));
  }

  pause(): void {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = null;
    this.remainingMs -= performance.now() - this.startedAt;
  }

  /** Stops it for good: what it watched is gone. */
  end(): void {
    this.pause();
    this.over = true;
  }
}

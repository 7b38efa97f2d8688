/** At most so much of the time is spent asking one thing again and again: long videos have long answers. */
const BUSY_SHARE = 0.25;

/** How long to wait after an answer before the same is asked again. @param tookMs how long that answer took */
export function pauseAfter(tookMs: number, everyMs: number): number {
  return Math.max(everyMs - tookMs, tookMs / BUSY_SHARE - tookMs);
}

/** Looks when there is news, at a pace: never twice at once, and the less often the longer a look takes. */
export class PacedLook {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private notBefore = 0;
  private isLooking = false;
  private isNews = false;

  /** @param look must not fail */
  constructor(
    private readonly look: () => Promise<void>,
    private readonly everyMs: number,
  ) {}

  soon(): void {
    this.isNews = true;
    if (this.isLooking) return;
    this.timer ??= setTimeout(() => void this.now(), Math.max(0, this.notBefore - Date.now()));
  }

  stop(): void {
    this.isNews = false;
    clearTimeout(this.timer);
  }

  private async now(): Promise<void> {
    this.timer = undefined;
    this.isNews = false;
    this.isLooking = true;
    const began = Date.now();
    await this.look();
    this.isLooking = false;
    this.notBefore = Date.now() + pauseAfter(Date.now() - began, this.everyMs);
    if (this.isNews) this.soon();
  }
}

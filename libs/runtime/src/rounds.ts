import type { Logger } from './tokens';

export interface RoundsOptions {
  /** As the log calls it. */
  name: string;
  /** From the end of one round to the start of the next. */
  everyMs: number;
  logger: Logger;
}

/**
 * Does a piece of work again and again, one round after the other. A round that fails, as the database or the storage is
 * away, is logged; the next one comes.
 */
export class Rounds {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly work: () => Promise<unknown>,
    private readonly options: RoundsOptions,
  ) {}

  /** The first round begins after the first pause, or at once. */
  start({ atOnce = false } = {}): void {
    if (atOnce) void this.round();
    else this.schedule();
  }

  /** No further round begins. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.round(), this.options.everyMs);
  }

  private async round(): Promise<void> {
    try {
      await this.work();
    } catch (error) {
      this.options.logger.warn({ err: error }, this.options.name);
    }
    this.schedule();
  }
}

import type { ProgressTarget } from './progress-display';

const CLEAR_LINE = '\r\u001b[K';

/** Shows what something that takes its time is doing: one line that changes on a terminal, else a line for each phase. */
export class PhaseLine {
  private shown = '';
  private since: number;

  constructor(
    private readonly target: ProgressTarget = process.stderr,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.since = now();
  }

  /** @param phase in words; null when it is over */
  show(what: string, phase: string | null): void {
    if (phase === null) return this.end();
    const line = `${what}: ${phase}`;
    if (this.target.isTTY) {
      const seconds = Math.floor((this.now() - this.since) / 1000);
      this.target.write(`${CLEAR_LINE}${line} (${seconds} s)`);
    } else if (line !== this.shown) this.target.write(`${line}\n`);
    this.shown = line;
  }

  /** Leaves the terminal's line empty for what follows. */
  end(): void {
    if (this.target.isTTY && this.shown) this.target.write(CLEAR_LINE);
    this.shown = '';
  }
}

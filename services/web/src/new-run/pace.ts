/** The rate is that of so long. */
const RATE_MS = 5000;

/** How fast bytes have moved in the last few seconds. */
export class Pace {
  private samples: { at: number; sent: number }[] = [];

  restart(): void {
    this.samples = [];
  }

  /** @param at ms */
  add(sent: number, at: number): void {
    // Less than before has arrived: what was on its way is lost.
    if (sent < (this.samples.at(-1)?.sent ?? 0)) this.restart();
    this.samples.push({ at, sent });
    while (this.samples.length > 2 && at - this.samples[1]!.at > RATE_MS) this.samples.shift();
  }

  /** Bytes a second; undefined while nobody knows. */
  get rate(): number | undefined {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    return first && last && last.at > first.at ? ((last.sent - first.sent) * 1000) / (last.at - first.at) : undefined;
  }
}

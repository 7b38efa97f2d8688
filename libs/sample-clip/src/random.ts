/** A sequence of numbers that depends on the seed alone (xorshift, 32 bits), the same on every machine. */
export class Random {
  private state: number;

  constructor(seed: number) {
    // Multiplying spreads small seeds over all bits; zero would stay zero forever.
    this.state = Math.imul(seed ^ 0x5f3759df, 0x9e3779b1) || 1;
    for (let i = 0; i < 8; i++) this.next();
  }

  /** 0 <= number < 1. */
  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return (x >>> 0) / 4294967296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** -1 or 1. */
  sign(): number {
    return this.next() < 0.5 ? -1 : 1;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.next() * choices.length)];
  }
}

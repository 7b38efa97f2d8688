import { Failure } from './failure';

type CleanUp = () => Promise<unknown>;

/**
 * What happens on Ctrl-C, SIGTERM, SIGHUP, or when npm, which started this process, is gone: `signal` aborts, and the
 * command ends through its own `finally` blocks. What must be undone in any case is registered with `onEnd`.
 */
export class Interruption {
  private readonly controller = new AbortController();
  private readonly cleanUps: CleanUp[] = [];
  private ending: Promise<void> | undefined;
  private lastSignalAt = 0;

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Starts to listen. */
  listen(): void {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => this.interrupt());
    // A signal to npm does not always reach the process that its shell started.
    if (process.env.npm_lifecycle_event) {
      const parent = process.ppid;
      setInterval(() => process.ppid !== parent && this.interrupt(), 500).unref();
    }
  }

  interrupt(): void {
    const repeated = this.signal.aborted && Date.now() - this.lastSignalAt > 500;
    // A terminal and npm may both deliver the same Ctrl-C, so only a later one is an order to leave at once.
    // The servers and services end with this process.
    if (repeated) process.exit(130);
    this.lastSignalAt = Date.now();
    this.controller.abort(new Failure('interrupted', 130));
  }

  /** @throws Failure with exit code 130 after an interruption */
  check(): void {
    this.signal.throwIfAborted();
  }

  /** The result of `work`, or a rejection as soon as the command is interrupted. */
  async race<T>(work: Promise<T>): Promise<T> {
    this.check();
    let onAbort: (() => void) | undefined;
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(this.signal.reason as Error);
      this.signal.addEventListener('abort', onAbort, { once: true });
    });
    try {
      return await Promise.race([work, aborted]);
    } finally {
      if (onAbort) this.signal.removeEventListener('abort', onAbort);
      work.catch(() => undefined);
    }
  }

  /** Registers what to undo at the end, the last first. */
  onEnd(cleanUp: CleanUp): void {
    this.cleanUps.push(cleanUp);
  }

  /** Undoes everything. A failure of one does not keep the others from running. */
  end(): Promise<void> {
    return (this.ending ??= (async () => {
      for (const cleanUp of this.cleanUps.reverse()) {
        await cleanUp().catch((error: unknown) => console.error(`while stopping: ${String(error)}`));
      }
    })());
  }
}

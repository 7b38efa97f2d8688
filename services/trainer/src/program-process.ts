import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';

const KEPT_ERRORS = 8192;

/** How a process ended. */
export interface ProgramEnd {
  /** Null where a signal ended it. */
  code: number | null;
  signal: string | null;
  /** The last of what it wrote to standard error. */
  errors: string;
}

/** A running command, leader of its process group. Its standard input stays open as long as this process lives. */
export class ProgramProcess {
  /** Settles when it and all that it started are gone, and each of its lines was handed on. */
  readonly ended: Promise<ProgramEnd>;
  private timer: NodeJS.Timeout | undefined;
  private errors = '';

  constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    onLine: (line: string) => void,
  ) {
    // Writing is never done; a process that ends closes the pipe, which is no failure of this one.
    child.stdin.on('error', () => {});
    child.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (this.errors = (this.errors + text).slice(-KEPT_ERRORS)));
    const lines = createInterface({ input: child.stdout }).on('line', onLine);
    const read = new Promise<void>((resolve) => lines.once('close', resolve));
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => {
        if (child.pid === undefined) resolve({ code: null, signal: null, errors: error.message });
      });
      // What it started may hold its output open.
      child.once('exit', () => this.signalGroup('SIGKILL'));
      child.once('close', (code, signal) => {
        clearTimeout(this.timer);
        void read.then(() => resolve({ code, signal, errors: this.errors }));
      });
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Lets it save and end, and kills it after so many seconds. The first call counts. */
  stop(seconds: number): void {
    if (this.timer) return;
    this.child.kill('SIGTERM');
    this.timer = setTimeout(() => this.kill(), seconds * 1000);
  }

  kill(): void {
    this.signalGroup('SIGKILL');
  }

  private signalGroup(signal: NodeJS.Signals): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch {
      // Nobody of it is left.
    }
  }
}

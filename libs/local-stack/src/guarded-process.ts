import { ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { findProgram } from './find-program';

/** How to start a process that must not outlive this one. */
export interface GuardedOptions {
  /** File that takes stdout and stderr; appended to. */
  logFile: string;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** User and group to run as; needs root. */
  owner?: { uid: number; gid: number };
  /** Gives the child an IPC channel, whose end tells it that this process is gone. */
  ipc?: boolean;
  /** What the child gets when this process dies without stopping it. Default KILL. */
  deathSignal?: 'KILL' | 'QUIT' | 'TERM';
}

/** A child process with a log file, which is told to end when this process dies, even by SIGKILL. */
export class GuardedProcess {
  readonly exited: Promise<string>;
  private readonly child: ChildProcess;
  private ended = false;

  constructor(
    readonly name: string,
    command: readonly string[],
    private readonly options: GuardedOptions,
  ) {
    const log = openSync(options.logFile, 'a');
    const setpriv = process.platform === 'linux' ? findProgram('setpriv', 'SETPRIV_PATH') : undefined;
    const signal = options.deathSignal ?? 'KILL';
    const [program, ...args] = setpriv ? [setpriv, '--pdeathsig', signal, ...command] : command;
    this.child = spawn(program!, args, {
      cwd: options.cwd,
      env: options.env,
      ...options.owner,
      // A group of its own: Ctrl-C in a terminal reaches only this process, which stops its children in order.
      detached: true,
      stdio: ['ignore', log, log, ...(options.ipc ? (['ipc'] as const) : [])],
    });
    closeSync(log);
    this.child.channel?.unref();
    // An IPC channel that breaks (the child was killed) is an 'error' event, and not one for this process to die of.
    this.exited = new Promise((resolve) => {
      this.child.on('error', (error) => {
        if (this.child.pid !== undefined) return;
        this.ended = true;
        resolve(error.message);
      });
      this.child.on('exit', (code, by) => {
        this.ended = true;
        resolve(by ? `ended by ${by}` : `exited with code ${code}`);
      });
    });
    if (!setpriv && this.child.pid !== undefined) watchParent(this.child.pid, signal);
  }

  /** File that takes its stdout and stderr. */
  get logFile(): string {
    return this.options.logFile;
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  get running(): boolean {
    return !this.ended;
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.ended) this.child.kill(signal);
  }

  /** Ends the process by `signal`, after `limitMs` by SIGKILL, and waits until it is gone. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', limitMs = 10_000): Promise<void> {
    if (this.ended) return;
    this.child.kill(signal);
    // A stopped (SIGSTOP) process handles no SIGTERM.
    this.child.kill('SIGCONT');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), limitMs);
    await this.exited;
    clearTimeout(timer);
  }

  /** The last `count` lines of the log. */
  logTail(count = 15): string {
    try {
      return readFileSync(this.options.logFile, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
    } catch {
      return '';
    }
  }
}

/** Where setpriv is missing: a shell that reads a pipe held by this process, and signals the child when the pipe closes. */
function watchParent(pid: number, signal: string): void {
  const watcher = spawn('/bin/sh', ['-c', `cat >/dev/null; kill -${signal} ${pid} 2>/dev/null`], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.on('error', () => undefined);
  watcher.unref();
  const pipe = watcher.stdin as unknown as { unref?: () => void } | null;
  pipe?.unref?.();
}

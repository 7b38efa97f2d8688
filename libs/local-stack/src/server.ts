import { GuardedProcess } from './guarded-process';

/** Where a server keeps its files, and whether it is watched. */
export interface ServerOptions {
  /** Folder below which it makes its own. */
  dir: string;
  /** Whether its data outlive it; else it may trade their safety for speed. */
  persistent: boolean;
  logDir: string;
  /** Starts the server again on the same port when it ends by itself. Absent: it stays down. */
  watch?: Watch;
}

/** Who is told of a server that ended by itself. */
export interface Watch {
  /** In a sentence: that it ended and is started again, and that it is back. */
  say: (what: string) => void;
  /** Its new process. */
  onStart: (pid: number) => void;
  /** It cannot be started again, and the platform cannot work without it. */
  onLost: (problem: Error) => void;
}

/** How one kind of server is run. */
export interface ServerKind {
  /** Starts the process on a port of 127.0.0.1. */
  spawnOn(port: number): GuardedProcess;
  /** Asks the server; an exception means not yet. */
  ready(port: number): Promise<boolean>;
  /** Default SIGTERM. */
  stopSignal?: NodeJS.Signals;
}

/** A server that runs, or is being started again. */
export interface RunningServer {
  port: number;
  pid: number;
  stop(): Promise<void>;
}

/** A {@link RunningServer} with its address. */
export interface AddressedServer extends RunningServer {
  url: string;
}

export const addressed = (server: RunningServer, url: string, stop = () => server.stop()): AddressedServer => ({
  url,
  port: server.port,
  get pid() {
    return server.pid;
  },
  stop,
});

/** Where a server keeps its files. */
export interface ServerOptions {
  /** Folder below which it makes its own. */
  dir: string;
  /** Whether its data outlive it; else it may trade their safety for speed. */
  persistent: boolean;
  logDir: string;
}

export interface RunningServer {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

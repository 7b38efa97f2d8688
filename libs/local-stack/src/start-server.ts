import { setTimeout as sleep } from 'node:timers/promises';
import { BackOff } from './back-off';
import { freePort } from './free-port';
import { GuardedProcess } from './guarded-process';
import { RunningServer, ServerKind, Watch } from './server';

/** After a crash a big database, or queue, needs its time before it answers. */
const START_LIMIT_MS = 300_000;
const ATTEMPTS = 3;
/** After so many failed starts in a row a server counts as lost: the waits between them add up to half a minute. */
const RESTARTS = 7;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 16_000;

/**
 * Starts a server on a free port and waits until it is ready. Another process may take the port between the look and
 * the start, so a server that exits at once gets another port. With `watch` it is started again, on the same port,
 * whenever it ends by itself.
 *
 * @throws Error with the last lines of the server's log
 */
export async function startServer(kind: ServerKind, watch?: Watch): Promise<RunningServer> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const server = kind.spawnOn(port);
    if (await becomesReady(server, () => kind.ready(port))) return new WatchedServer(kind, port, server, watch);
    await server.stop('SIGKILL');
    if (attempt === ATTEMPTS) {
      throw new Error(`${server.name} does not start: ${await server.exited}\n${server.logTail()}`);
    }
  }
}

class WatchedServer implements RunningServer {
  private readonly backOff = new BackOff(FIRST_WAIT_MS, LONGEST_WAIT_MS);
  private readonly stopping = new AbortController();
  private startedAt = Date.now();

  constructor(
    private readonly kind: ServerKind,
    readonly port: number,
    private process: GuardedProcess,
    watch: Watch | undefined,
  ) {
    if (watch) void this.restartWhenItEnds(watch);
  }

  get pid(): number {
    return this.process.pid;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.process.stop(this.kind.stopSignal);
  }

  private async restartWhenItEnds(watch: Watch): Promise<void> {
    const { name } = this.process;
    for (;;) {
      const how = await this.process.exited;
      if (this.stopping.signal.aborted) return;
      const endedAt = Date.now();
      watch.say(`${name} ${how}; it is started again. Its log: ${this.process.logFile}`);
      if (!(await this.restart())) {
        if (this.stopping.signal.aborted) return;
        const end = `${await this.process.exited}\n${this.process.logTail()}`;
        watch.onLost(new Error(`${name} cannot be started again after ${RESTARTS} attempts: ${end}`));
        return;
      }
      watch.onStart(this.pid);
      watch.say(`${name} is back after ${((Date.now() - endedAt) / 1000).toFixed(1)} s`);
    }
  }

  /** @returns false when it was stopped meanwhile, or does not start */
  private async restart(): Promise<boolean> {
    for (;;) {
      const wait = this.backOff.next(Date.now() - this.startedAt);
      if (this.backOff.count > RESTARTS) return false;
      await sleep(wait, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      if (this.stopping.signal.aborted) return false;
      this.startedAt = Date.now();
      this.process = this.kind.spawnOn(this.port);
      if (await becomesReady(this.process, () => this.kind.ready(this.port))) return true;
      await this.process.stop('SIGKILL');
    }
  }
}

async function becomesReady(server: GuardedProcess, ready: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (server.running && Date.now() < deadline) {
    // The answer counts only if our process lives: another server may have taken the port and answer there.
    if ((await ready().catch(() => false)) && server.running) return true;
    await sleep(15);
  }
  return false;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { GuardedProcess } from './guarded-process';
import { freePort } from './free-port';

const START_LIMIT_MS = 30_000;
const ATTEMPTS = 3;

/**
 * Starts a server on a free port and waits until `ready` resolves to true. Another process may take the port between
 * the look and the start, so a server that exits at once gets another port.
 *
 * @param spawnOn starts the process on the given port
 * @param ready asks the server; an exception means not yet
 * @throws Error with the last lines of the server's log
 */
export async function startOnFreePort(
  spawnOn: (port: number) => GuardedProcess,
  ready: (port: number) => Promise<boolean>,
): Promise<{ process: GuardedProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const server = spawnOn(port);
    if (await becomesReady(server, () => ready(port))) return { process: server, port };
    await server.stop('SIGKILL');
    if (attempt === ATTEMPTS) {
      throw new Error(`${server.name} does not start: ${await server.exited}\n${server.logTail()}`);
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

import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Takes a folder for this process. The lock is a listening socket: the system closes it when the process dies, however
 * that happens, so unlike a file with a process id it is never stale.
 *
 * @returns gives the folder back
 * @throws Error when a living process has it
 */
export async function lockFolder(dir: string): Promise<() => Promise<void>> {
  const path = socketOf(dir);
  let server = await listen(path);
  if (!server) {
    if (await answers(path)) throw new Error(`${resolve(dir)} is in use: the platform is running there already`);
    rmSync(path, { force: true });
    server = await listen(path);
  }
  if (!server) throw new Error(`${resolve(dir)} is in use: the platform is starting there already`);
  const held = server.unref();
  return () => new Promise((done) => held.close(() => done()));
}

/** Whether a living process has the folder. */
export async function isLocked(dir: string): Promise<boolean> {
  return answers(socketOf(dir));
}

function socketOf(dir: string): string {
  const name = createHash('sha256')
    .update(`${process.getuid?.()} ${resolve(dir)}`)
    .digest('hex')
    .slice(0, 24);
  // Beside the folder its path could be longer than the about 100 bytes that a socket's may have.
  return join(tmpdir(), `propago-lock-${name}`);
}

/** Undefined when there is a socket already. */
function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => resolve(server));
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

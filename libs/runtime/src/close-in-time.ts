import type { Server } from 'node:http';

const LOOK_MS = 100;

/**
 * For a server that is about to close: connections end with the request that they are at, and those whose request
 * outlasts the limit are cut.
 */
export function closeInTime(server: Server, limitSeconds: number): void {
  // Closing ends those that are idle then; others would be kept alive for a request that nobody takes.
  const looking = setInterval(() => server.closeIdleConnections(), LOOK_MS).unref();
  const limit = setTimeout(() => server.closeAllConnections(), limitSeconds * 1000).unref();
  server.once('close', () => {
    clearInterval(looking);
    clearTimeout(limit);
  });
}

import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { requireProgram } from './find-program';
import { GuardedProcess } from './guarded-process';
import { addressed, AddressedServer, ServerOptions } from './server';
import { startServer } from './start-server';

/** Redis for Bull, which needs that nothing is evicted. Persistent: every second to an append-only file. */
export async function startRedis({ dir, persistent, logDir, watch }: ServerOptions): Promise<AddressedServer> {
  const program = requireProgram('redis-server', 'REDIS_SERVER_PATH');
  const data = join(dir, 'redis');
  mkdirSync(data, { recursive: true });
  const settings = ['--maxmemory-policy', 'noeviction', '--save', '', '--appendonly', persistent ? 'yes' : 'no'];
  const logFile = join(logDir, 'redis-server.log');
  const spawnOn = (port: number) =>
    new GuardedProcess(
      'redis-server',
      [program, '--bind', '127.0.0.1', '--port', String(port), '--dir', data, ...settings],
      { logFile },
    );
  const server = await startServer({ spawnOn, ready: ping }, watch);
  return addressed(server, `redis://127.0.0.1:${server.port}`);
}

/** Whether the server answers PING with PONG; while it loads its file it answers with an error. */
function ping(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setTimeout(1000, () => socket.destroy(new Error('no answer')));
    socket.on('error', reject);
    socket.on('data', (answer) => {
      socket.destroy();
      resolve(answer.toString().startsWith('+PONG'));
    });
  });
}

import { connect } from 'node:net';
import { join } from 'node:path';
import { requireProgram } from './find-program';
import { GuardedProcess } from './guarded-process';
import { addressed, AddressedServer, ServerOptions } from './server';
import { startServer } from './start-server';

/** NATS without JetStream: it carries news and questions, so it keeps nothing. */
export async function startNats({ logDir, watch }: ServerOptions): Promise<AddressedServer> {
  const program = requireProgram('nats-server', 'NATS_SERVER_PATH');
  const logFile = join(logDir, 'nats-server.log');
  const spawnOn = (port: number) =>
    new GuardedProcess('nats-server', [program, '--addr', '127.0.0.1', '--port', String(port)], { logFile });
  const server = await startServer({ spawnOn, ready: greets }, watch);
  return addressed(server, `nats://127.0.0.1:${server.port}`);
}

/** Whether the server sends the INFO line that NATS opens each connection with. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.setTimeout(1000, () => socket.destroy(new Error('no answer')));
    socket.on('error', reject);
    socket.on('data', (answer) => {
      socket.destroy();
      resolve(answer.toString().startsWith('INFO '));
    });
  });
}

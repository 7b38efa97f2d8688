import { connect } from 'node:net';
import { join } from 'node:path';
import { requireProgram } from './find-program';
import { GuardedProcess } from './guarded-process';
import { RunningServer, ServerOptions } from './server';
import { startOnFreePort } from './start-server';

/** NATS without JetStream: it carries news and questions, so it keeps nothing. */
export async function startNats({ logDir }: ServerOptions): Promise<RunningServer> {
  const program = requireProgram('nats-server', 'NATS_SERVER_PATH');
  const { process: server, port } = await startOnFreePort(
    (candidate) =>
      new GuardedProcess('nats-server', [program, '--addr', '127.0.0.1', '--port', String(candidate)], {
        logFile: join(logDir, 'nats-server.log'),
      }),
    greets,
  );
  return { url: `nats://127.0.0.1:${port}`, pid: server.pid, stop: () => server.stop() };
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

import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** An S3 server of one's own, with one empty bucket called `bucket`. */
export interface S3TestServer {
  endpoint: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  /** Ends it by SIGKILL and starts it again with the same blobs, on another port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const CREDENTIALS = { accessKeyId: 'tester', secretAccessKey: 'tester-secret' };
const START_MS = 20_000;

/** The path of a versitygw or minio binary: PROPAGO_TEST_S3_SERVER, else the first on PATH; null without one. */
export function findS3Server(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const named = ['versitygw', 'minio'].flatMap((name) => folders.map((folder) => join(folder, name)));
  const candidates = process.env.PROPAGO_TEST_S3_SERVER ? [process.env.PROPAGO_TEST_S3_SERVER] : named;
  const usable = (path: string): boolean => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  return candidates.find(usable) ?? null;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('The system gave no port');
  return address.port;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });

/** Starts the server in a temporary folder on a free port of 127.0.0.1. */
export async function startS3Server(binary: string): Promise<S3TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'propago-s3-'));
  // Both servers take a folder of their data folder for a bucket.
  await mkdir(join(folder, 'data', 'bucket'), { recursive: true });
  await mkdir(join(folder, 'meta'));
  const remove = () => rm(folder, { recursive: true, force: true });
  let running: RunningS3Server;
  try {
    running = await start(binary, folder);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    get endpoint() {
      return running.endpoint;
    },
    credentials: CREDENTIALS,
    restart: async () => {
      await running.kill();
      running = await start(binary, folder);
    },
    stop: async () => {
      await running.kill();
      await remove();
    },
  };
}

interface RunningS3Server {
  endpoint: string;
  kill(): Promise<void>;
}

async function start(binary: string, folder: string): Promise<RunningS3Server> {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const args =
    basename(binary) === 'minio'
      ? ['server', '--address', address, join(folder, 'data')]
      : ['--port', address, '--quiet', 'posix', '--sidecar', join(folder, 'meta'), join(folder, 'data')];
  const { accessKeyId, secretAccessKey } = CREDENTIALS;
  const server = spawn(binary, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      ROOT_ACCESS_KEY: accessKeyId,
      ROOT_SECRET_KEY: secretAccessKey,
      MINIO_ROOT_USER: accessKeyId,
      MINIO_ROOT_PASSWORD: secretAccessKey,
    },
  });
  let log = '';
  server.stderr.on('data', (text) => (log += text));
  const ended = new Promise<void>((resolve) => server.on('close', () => resolve()));
  const kill = async (): Promise<void> => {
    server.kill('SIGKILL');
    await ended;
  };
  for (const deadline = Date.now() + START_MS; !(await answers(port)); await sleep(50)) {
    if (server.exitCode === null && Date.now() < deadline) continue;
    await kill();
    throw new Error(`${binary} did not start: ${log}`);
  }
  return { endpoint: `http://${address}`, kill };
}

// A real Kubernetes API server with its etcd on 127.0.0.1, for as long as a check takes. No node, no controller: objects are
// validated, defaulted and admitted, and nothing runs.
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines } from '../../scripts/command.mjs';

const START_LIMIT_MS = 180_000;

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function start(program, args, logFile) {
  const log = openSync(logFile, 'a');
  const child = spawn(program, args, { stdio: ['ignore', log, log] });
  const exited = new Promise((resolve) => child.on('exit', resolve).on('error', resolve));
  return {
    running: () => child.exitCode === null && child.signalCode === null,
    logTail: () => lastLines(readFileSync(logFile, 'utf8'), 15),
    async stop() {
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await exited;
      clearTimeout(kill);
    },
  };
}

/** Calls the API; resolves to status, body (parsed) and the warnings that came with it. */
function client(port, token) {
  return (method, url, body, contentType = 'application/json') =>
    new Promise((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port,
        method,
        path: url,
        // The server makes its certificate itself, at every start.
        rejectUnauthorized: false,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          ...(body && { 'content-type': contentType }),
        },
      };
      const call = request(options, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk) => (text += chunk));
        answer.on('end', () => {
          const warnings = [answer.headers.warning ?? []].flat().filter(Boolean);
          const parsed = answer.headers['content-type']?.includes('json') ? JSON.parse(text) : text;
          resolve({ status: answer.statusCode, body: parsed, warnings });
        });
      });
      call.on('error', reject);
      call.end(body && JSON.stringify(body));
    });
}

/** Starts both, and hands `work` a function that calls the API. Stops both afterwards. */
export async function withApiServer({ etcd, apiServer }, work) {
  const folder = mkdtempSync(path.join(tmpdir(), 'propago-k8s-'));
  const started = [];
  try {
    const [clients, peers, port] = [await freePort(), await freePort(), await freePort()];
    const at = (number) => `http://127.0.0.1:${number}`;
    const etcdArgs = [
      `--data-dir=${folder}/etcd`,
      `--listen-client-urls=${at(clients)}`,
      `--advertise-client-urls=${at(clients)}`,
    ];
    const peerArgs = [`--listen-peer-urls=${at(peers)}`, `--initial-advertise-peer-urls=${at(peers)}`];
    const cluster = [`--initial-cluster=default=${at(peers)}`, '--unsafe-no-fsync'];
    started.push(start(etcd, [...etcdArgs, ...peerArgs, ...cluster], path.join(folder, 'etcd.log')));
    const token = randomBytes(16).toString('hex');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(`${folder}/tokens.csv`, `${token},check,check,system:masters\n`, { mode: 0o600 });
    writeFileSync(`${folder}/key.pem`, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
    const serverArgs = [
      `--etcd-servers=${at(clients)}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--cert-dir=${folder}/certificates`,
      `--token-auth-file=${folder}/tokens.csv`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${folder}/key.pem`,
      `--service-account-signing-key-file=${folder}/key.pem`,
      '--service-cluster-ip-range=10.0.0.0/24',
      '--authorization-mode=RBAC',
      // Nothing makes the service accounts that this one would wait for.
      '--disable-admission-plugins=ServiceAccount',
    ];
    started.push(start(apiServer, serverArgs, path.join(folder, 'kube-apiserver.log')));
    const call = client(port, token);
    for (const deadline = Date.now() + START_LIMIT_MS; ; await sleep(250)) {
      const dead = started.find((process) => !process.running());
      if (dead || Date.now() > deadline)
        throw new Error(`the API server does not start:\n${(dead ?? started[1]).logTail()}`);
      if ((await call('GET', '/readyz').catch(() => null))?.status === 200) break;
    }
    return await work(call);
  } finally {
    for (const process of started.reverse()) await process.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const { existsSync, readdirSync, rmSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');

const LIMIT_MS = 60_000;

/** After the last e2e spec: the shared platforms end, and nothing of them is left. */
module.exports = async () => {
  const folder = process.env.SHARED_TEST_STACKS;
  const hosts = () => (existsSync(folder) ? readdirSync(folder).map(Number) : []);
  const isThere = (pid) => existsSync(`/proc/${pid}`);
  hosts()
    .filter(isThere)
    .forEach((pid) => process.kill(pid, 'SIGTERM'));
  const deadline = Date.now() + LIMIT_MS;
  while (hosts().some(isThere)) {
    if (Date.now() > deadline) throw new Error(`a shared platform does not end: process ${hosts().join(', ')}`);
    await sleep(50);
  }
  rmSync(folder, { recursive: true, force: true });
};

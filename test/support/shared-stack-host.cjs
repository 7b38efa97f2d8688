const { rmdirSync, rmSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { startStack } = require('../../dist/libs/local-stack/src');

// Runs the platform that the spec files of a jest worker share: a process of its own, which takes it down in order
// when the worker ends, however that ends. Its arguments: the folder where it is known by its process id, and the secret
// of the keys.

const [folder, keySecret] = process.argv.slice(2);
const mark = path.join(folder, String(process.pid));
writeFileSync(mark, '');

const own = { DATABASE_URL: '', REDIS_URL: '', NATS_URL: '', STORAGE_URL: '' };
let stop = async () => undefined;
let ending = false;

async function end() {
  if (ending) return;
  ending = true;
  await stop();
  rmSync(mark, { force: true });
  try {
    rmdirSync(folder);
  } catch {
    // Of another worker, or of the end of the tests.
  }
  process.exit();
}
process.on('disconnect', end);
process.on('SIGTERM', end);

async function start() {
  const stack = await startStack({ env: { ...process.env, ...own }, onStart: (how) => (stop = how) });
  // The second door: nobody comes in without a key.
  const closed = { ACCESS: 'keys', KEY_SECRET: keySecret, RATE_LIMIT_PER_MINUTE: '100000' };
  const { url: closedUrl } = await stack.services.add('gateway', closed);
  const { dir, databaseUrl, redisUrl, natsUrl, storageUrl, pids } = stack.servers;
  const servers = { dir, databaseUrl, redisUrl, natsUrl, storageUrl, pids };
  return { url: stack.url, closedUrl, servers, processes: stack.services.processes };
}

start().then(
  (stack) => process.send({ stack }),
  (error) => {
    process.send({ problem: error.message });
    return end();
  },
);

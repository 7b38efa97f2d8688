const { fork } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

// Lives in the jest worker, outside the realm of any spec file: what one file started is there for the next.

const HOST = path.join(__dirname, 'shared-stack-host.cjs');

/** The process that runs the platform of this worker, and the addresses of it. */
let host;
let taken = false;

function start(keySecret) {
  const folder = process.env.SHARED_TEST_STACKS;
  if (!folder) throw new Error('the shared platform is for e2e specs only');
  // A group of its own: Ctrl-C reaches jest, whose end the host sees.
  const child = fork(HOST, [folder, keySecret], { detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const stack = new Promise((resolve, reject) => {
    child.once('message', ({ stack, problem }) => (stack ? resolve(stack) : reject(new Error(problem))));
    child.once('exit', (code) => reject(new Error(`the shared platform ended with code ${code}`)));
  });
  stack.catch(() => undefined);
  child.unref();
  child.channel.unref();
  return { child, stack };
}

/**
 * The platform of this worker for one file, which has it alone until it gives it back. Started when first wanted.
 * @param {string} keySecret the one of its keys
 */
async function take(keySecret) {
  if (taken) throw new Error('this file has the shared platform already');
  taken = true;
  host ??= start(keySecret);
  host.child.channel?.ref();
  try {
    return await host.stack;
  } catch (error) {
    drop();
    throw error;
  } finally {
    host?.child.channel?.unref();
  }
}

/** Gives it back as it was when it was new. */
const giveBack = () => void (taken = false);

/** Ends it: the next file gets another one. */
function drop() {
  taken = false;
  host?.child.kill('SIGTERM');
  host = undefined;
}

/** Ends it, and waits until it is gone: for files that want no platform, and look for processes that they leave behind. */
async function end() {
  const child = host?.child;
  drop();
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  await once(child, 'exit');
}

module.exports = { take, giveBack, drop, end, isTaken: () => taken };

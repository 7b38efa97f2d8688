// Builds the native affinity kernel. Never fails an installation: without it the TypeScript reference does the same work,
// slower. Run by npm after an installation, and by hand with --require, which makes a failure an error.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const required = process.argv.includes('--require');

/** Headers of the running Node: as configured for npm, or beside its binary; otherwise node-gyp downloads them. */
function headersFolder() {
  const beside = join(dirname(process.execPath), '..');
  const folders = [process.env.npm_config_nodedir, beside].filter(Boolean);
  return folders.find((place) => existsSync(join(place, 'include', 'node', 'node_api.h')));
}

function build() {
  const require = createRequire(import.meta.url);
  let gyp;
  try {
    gyp = require.resolve('node-gyp/bin/node-gyp.js');
    require.resolve('node-addon-api');
  } catch {
    return 'node-gyp and node-addon-api are not installed';
  }
  const headers = headersFolder();
  const options = ['rebuild', '--loglevel=error', `--directory=${folder}`];
  if (headers) options.push(`--nodedir=${headers}`);
  const run = spawnSync(process.execPath, [gyp, ...options], {
    encoding: 'utf8',
    env: { ...process.env, MAKEFLAGS: '-j2' },
  });
  if (run.status === 0) return undefined;
  const lines = `${run.stdout}\n${run.stderr}`.split('\n');
  const telling =
    lines.find((line) => /error: |ERR! (stack|find)|not found|No such file/i.test(line)) ??
    run.error?.message ??
    `status ${run.status}`;
  return telling.trim();
}

const failure = build();
if (failure) {
  console.warn(
    `The native affinity kernel was not built (${failure}); the slower TypeScript reference will be used. ` +
      'To build it: install python3, make and g++, then run: node libs/affinity/native/build.mjs --require',
  );
  process.exitCode = required ? 1 : 0;
}

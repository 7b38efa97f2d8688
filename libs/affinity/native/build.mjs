// Builds the native affinity kernel. Never fails an installation: without it the TypeScript reference does the same work,
// slower. Run by npm after an installation and by the setup, when it does nothing where the addon was built from these very
// sources; and by hand with --require, which builds in any case (the addon may not load here) and makes a failure an error.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const required = process.argv.includes('--require');

const addon = join(folder, 'build/Release/affinity.node');
const stamp = join(folder, 'build/.stamp');

/** What the addon depends on: its sources, and the Node that loads it. */
function fingerprint() {
  const hash = createHash('sha256').update(`${process.versions.modules} ${process.arch} ${process.platform}`);
  const sources = readdirSync(join(folder, 'src')).sort();
  for (const file of ['binding.gyp', ...sources.map((name) => join('src', name))]) {
    hash.update(`${file}\n`).update(readFileSync(join(folder, file)));
  }
  return hash.digest('hex');
}

function isCurrent() {
  return existsSync(addon) && existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint();
}

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
  // In a folder of its own, so that two builds at once do not meet and the addon in use is replaced in one step.
  mkdirSync(join(folder, 'build/Release'), { recursive: true });
  const place = mkdtempSync(join(folder, 'build/in-progress-'));
  try {
    return compile(gyp, headers, place);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function compile(gyp, headers, place) {
  for (const part of ['binding.gyp', 'src']) cpSync(join(folder, part), join(place, part), { recursive: true });
  const current = fingerprint();
  const options = ['rebuild', '--loglevel=error', `--directory=${place}`];
  if (headers) options.push(`--nodedir=${headers}`);
  const run = spawnSync(process.execPath, [gyp, ...options], {
    encoding: 'utf8',
    env: { ...process.env, MAKEFLAGS: '-j2' },
  });
  if (run.status === 0) {
    renameSync(join(place, 'build/Release/affinity.node'), addon);
    writeFileSync(stamp, current);
    return undefined;
  }
  const lines = `${run.stdout}\n${run.stderr}`.split('\n');
  const telling =
    lines.find((line) => /error: |ERR! (stack|find)|not found|No such file/i.test(line)) ??
    run.error?.message ??
    `status ${run.status}`;
  return telling.trim();
}

const failure = !required && isCurrent() ? undefined : build();
if (failure) {
  // One of other sources must not be taken, or tested, for the one that these do not give.
  rmSync(addon, { force: true });
  console.warn(
    `The native affinity kernel was not built (${failure}); the slower TypeScript reference will be used. ` +
      'To build it: install python3, make and g++, then run: node libs/affinity/native/build.mjs --require',
  );
  process.exitCode = required ? 1 : 0;
}

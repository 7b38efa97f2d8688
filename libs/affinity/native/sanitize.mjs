// Builds the native kernel with AddressSanitizer and UndefinedBehaviorSanitizer and runs its conformance suite on it.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const root = resolve(folder, '../../..');
const require = createRequire(import.meta.url);

function run(command, args, env = {}) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with status ${status}`);
}

/** The sanitizer's library of the compiler that builds the addon; node itself is not built with it, so it is loaded first. */
function sanitizerLibrary() {
  const { stdout } = spawnSync(process.env.CXX ?? 'g++', ['-print-file-name=libasan.so'], { encoding: 'utf8' });
  return stdout.trim();
}

// The normal build is set aside, because the suite loads the addon from its one place.
const release = join(folder, 'build');
const aside = mkdtempSync(join(tmpdir(), 'propago-affinity-'));
if (existsSync(release)) cpSync(release, join(aside, 'build'), { recursive: true });
try {
  const flags = '-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g';
  run(process.execPath, [join(folder, 'build.mjs'), '--require'], {
    CXXFLAGS: flags,
    LDFLAGS: '-fsanitize=address,undefined',
  });
  const jest = require.resolve('jest/bin/jest.js', { paths: [root] });
  // Node and V8 leave memory to the end of the process on purpose, so leaks are not looked for.
  run(
    process.execPath,
    [jest, '--selectProjects', 'unit', '--runInBand', '--testPathPatterns', 'libs/affinity/src/native'],
    {
      LD_PRELOAD: sanitizerLibrary(),
      ASAN_OPTIONS: 'detect_leaks=0',
      UBSAN_OPTIONS: 'print_stacktrace=1',
    },
  );
} finally {
  rmSync(release, { recursive: true, force: true });
  const saved = join(aside, 'build');
  if (existsSync(saved)) {
    mkdirSync(dirname(release), { recursive: true });
    cpSync(saved, release, { recursive: true });
  }
  rmSync(aside, { recursive: true });
}

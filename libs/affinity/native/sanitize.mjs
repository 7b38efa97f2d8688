// Builds the native kernel with AddressSanitizer and UndefinedBehaviorSanitizer and runs its conformance suite on it, in a copy
// beside the working tree, so that nobody loads the instrumented build by accident.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const copy = mkdtempSync(join(tmpdir(), 'propago-affinity-'));

function run(command, args, env) {
  const { status } = spawnSync(command, args, { cwd: copy, stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with status ${status}`);
}

/** The sanitizer's library of the compiler that builds the addon; Node is not built with it, so it is loaded first. */
function sanitizerLibrary() {
  const { stdout } = spawnSync(process.env.CXX ?? 'g++', ['-print-file-name=libasan.so'], { encoding: 'utf8' });
  return stdout.trim();
}

try {
  const build = join(root, 'libs/affinity/native/build');
  cpSync(join(root, 'libs/affinity'), join(copy, 'libs/affinity'), {
    recursive: true,
    filter: (source) => !source.startsWith(build) || source === `${build}.mjs`,
  });
  for (const path of ['jest.config.cjs', 'package.json', 'test/ort-environment.cjs', 'test/support']) {
    cpSync(join(root, path), join(copy, path), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const flags = '-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g';
  run(process.execPath, ['libs/affinity/native/build.mjs', '--require'], {
    CXXFLAGS: flags,
    LDFLAGS: '-fsanitize=address,undefined',
  });
  run(
    process.execPath,
    ['node_modules/jest/bin/jest.js', 'libs/affinity/src/native', '--selectProjects', 'unit', 'long', '-i'],
    {
      LD_PRELOAD: sanitizerLibrary(),
      // Otherwise an addon that cannot be loaded would be skipped.
      REQUIRE_NATIVE_AFFINITY: '1',
      // Node leaves memory to the end of the process on purpose, so leaks are not looked for.
      ASAN_OPTIONS: 'detect_leaks=0',
      UBSAN_OPTIONS: 'print_stacktrace=1',
    },
  );
} finally {
  rmSync(copy, { recursive: true, force: true });
}

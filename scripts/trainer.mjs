import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { passThrough } from './child.mjs';
import { run } from './command.mjs';
import { ensurePythonEnv, existingPython } from './python-env.mjs';
import { main } from './setup.mjs';
import { REPO_ROOT } from './system-tools.mjs';

const FOLDER = path.join(REPO_ROOT, 'services/trainer');

const SETTINGS = path.join(FOLDER, 'settings.json');

/** Where the trainer's tests write their counts. */
export const TRAINER_REPORT = path.join(REPO_ROOT, '.propago/trainer-tests.xml');

const python = (program, args) => passThrough(program, args, { cwd: FOLDER, env: process.env });

/**
 * Runs the trainer's tests beside others, on one core; resolves to pytest's exit code and its last output. Code 0 when they
 * are skipped for lack of Python packages.
 */
export async function testTrainer(args = [], { report = TRAINER_REPORT, signal } = {}) {
  const program = await ensurePythonEnv();
  if (program === null) return { code: 0, output: '' };
  mkdirSync(path.dirname(report), { recursive: true });
  const env = { ...process.env, OMP_NUM_THREADS: '1' };
  return run(program, ['-m', 'pytest', `--junitxml=${report}`, ...args], { cwd: FOLDER, env, signal });
}

/** All tests of the trainer, or those that the arguments choose. */
async function testOnTerminal(args) {
  const program = await ensurePythonEnv();
  return program === null ? 0 : python(program, ['-m', 'pytest', ...args]);
}

/** Format, lint and types of the Python package; 0 when its environment is not there. */
async function checkTrainer() {
  const program = existingPython();
  if (program === null) {
    console.log('trainer: not checked, its Python environment is not there (npm run test:trainer makes it)');
    return 0;
  }
  const checks = [['ruff', 'format', '--check', '.'], ['ruff', 'check', '.'], ['mypy']];
  let failed = 0;
  for (const check of checks) failed += (await python(program, ['-m', ...check])) === 0 ? 0 : 1;
  return failed === 0 ? 0 : 1;
}

/** Compares the training engine and the data pipeline with plain versions of both; see propago_trainer/bench.py. */
async function benchTrainer(args) {
  const program = await ensurePythonEnv();
  return program === null ? 0 : python(program, ['-m', 'propago_trainer', 'bench', ...args]);
}

/** Compares the parts of the generator of clips; see propago_trainer/bench_generator.py. */
async function benchGenerator(args) {
  const program = await ensurePythonEnv();
  return program === null ? 0 : python(program, ['-m', 'propago_trainer', 'bench-generator', ...args]);
}

/** Writes the list of settings that `propago train settings` shows, from where they are defined. */
async function listSettings() {
  const program = await ensurePythonEnv();
  if (program === null) return 1;
  const options = { cwd: FOLDER, encoding: 'utf8' };
  const list = execFileSync(program, ['-m', 'propago_trainer.settings_check', '--list'], options);
  writeFileSync(SETTINGS, await format(list, { ...(await resolveConfig(SETTINGS)), filepath: SETTINGS }));
  return 0;
}

/**
 * A command of the Python package that reads and writes the user's files: names of files count from the folder in which
 * npm was called.
 */
const onFiles = (command) => async (args) => {
  const program = await ensurePythonEnv();
  if (program === null) return 1;
  const env = { ...process.env, PYTHONPATH: [FOLDER, process.env.PYTHONPATH].filter(Boolean).join(path.delimiter) };
  const cwd = process.env.INIT_CWD ?? process.cwd();
  return passThrough(program, ['-m', 'propago_trainer', command, ...args], { cwd, env });
};

const COMMANDS = {
  test: testOnTerminal,
  check: checkTrainer,
  bench: benchTrainer,
  'bench-generator': benchGenerator,
  settings: listSettings,
  import: onFiles('import'),
  export: onFiles('export'),
  join: onFiles('join'),
};

// node scripts/trainer.mjs test|check|bench|bench-generator|settings|import|export|join [arguments]
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, ...args] = process.argv.slice(2);
  await main(async () => {
    if (!Object.hasOwn(COMMANDS, name)) throw new Error(`Expected one of ${Object.keys(COMMANDS).join(', ')}.`);
    return COMMANDS[name](args);
  });
}

import { rmSync } from 'node:fs';
import path from 'node:path';
import { ensurePythonEnv } from './python-env.mjs';
import { main, setup } from './setup.mjs';
import { passThrough } from './child.mjs';
import { ensureBrowser, REPO_ROOT } from './system-tools.mjs';
import { TRAINER_REPORT, testTrainer } from './trainer.mjs';

/** Of jest; those of long tests are not among them. */
const PROJECTS = ['unit', 'medium', 'e2e'];

/** Jest arguments that choose no tests: with these alone the Python tests run too. */
const CHOOSES_NOTHING = /^--(json|outputFile=.*|ci|silent|verbose|maxWorkers=.*|runInBand)$|^-(i|w=?\d*)$/;

/** Whether the chosen tests may be those of the page. */
const needsBrowser = (args) => !args.some((arg) => arg.startsWith('--selectProjects=') && !/e2e|long/.test(arg));

/** The trainer's tests but the long ones; exit code. */
async function pythonTests(signal) {
  const { code, output } = await testTrainer(['-m', 'not long'], { signal });
  // In one piece: jest writes at the same time.
  console.log(`\ntrainer:\n${output}`);
  return code;
}

/**
 * Makes an environment; a broken package index must not keep the other tests from running.
 * @returns whether all went well, also where there is no index and it is skipped
 */
const isMade = (name) =>
  ensurePythonEnv({ name }).then(
    () => true,
    (error) => {
      console.error(error.message);
      return false;
    },
  );

// npm test -- [jest arguments]: sets everything up, then runs all tests. Inference and kernels use several threads
// themselves, so by default two test files run at a time.
await main(async () => {
  const args = process.argv.slice(2);
  const env = { ...(await setup()), ...(needsBrowser(args) ? await ensureBrowser() : {}) };
  const jest = path.join(REPO_ROOT, 'node_modules/jest/bin/jest.js');
  const workers = args.some((arg) => /^(-w|-i|--maxWorkers|--runInBand)/.test(arg)) ? [] : ['--maxWorkers=2'];
  const projects = args.some((arg) => arg.startsWith('--selectProjects')) ? [] : ['--selectProjects', ...PROJECTS];
  rmSync(TRAINER_REPORT, { force: true });
  const isAll = args.every((arg) => CHOOSES_NOTHING.test(arg));
  // Before jest, whose tests of training runs need it. Those that need the others wait for them.
  const hasTrainer = isAll ? await isMade('trainer') : true;
  const others = isAll ? ['formats', 'clients'].map(isMade) : [];
  const ended = new AbortController();
  process.once('SIGTERM', () => ended.abort());
  const python = !isAll ? 0 : hasTrainer ? pythonTests(ended.signal) : 1;
  const status = await passThrough(process.execPath, [jest, ...workers, ...args, ...projects], { cwd: REPO_ROOT, env });
  await Promise.all(others);
  return status || (await python);
});

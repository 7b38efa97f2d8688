import { rmSync } from 'node:fs';
import path from 'node:path';
import { main, setup } from './setup.mjs';
import { passThrough } from './child.mjs';
import { ensureBrowser, REPO_ROOT } from './system-tools.mjs';
import { TRAINER_REPORT, testTrainer } from './trainer.mjs';

/** Jest arguments that choose no tests: with these alone the Python tests run too. */
const CHOOSES_NOTHING = /^--(json|outputFile=.*|ci|silent|verbose|maxWorkers=.*|runInBand)$|^-(i|w=?\d*)$/;

/** Whether the chosen tests may be those of the page. */
const needsBrowser = (args) => !args.some((arg) => arg.startsWith('--selectProjects=') && !arg.includes('e2e'));

/** Exit code; a broken package index must not keep the other tests from running. */
async function pythonTests() {
  try {
    return await testTrainer();
  } catch (error) {
    console.error(error.message);
    return 1;
  }
}

// npm test -- [jest arguments]: sets everything up, then runs all tests. Inference and kernels use several threads
// themselves, so by default two test files run at a time.
await main(async () => {
  const args = process.argv.slice(2);
  const env = { ...(await setup()), ...(needsBrowser(args) ? await ensureBrowser() : {}) };
  const jest = path.join(REPO_ROOT, 'node_modules/jest/bin/jest.js');
  const workers = args.some((arg) => /^(-w|-i|--maxWorkers|--runInBand)/.test(arg)) ? [] : ['--maxWorkers=2'];
  rmSync(TRAINER_REPORT, { force: true });
  // Before jest, whose tests of training runs need the Python environment that this makes.
  const python = args.every((arg) => CHOOSES_NOTHING.test(arg)) ? await pythonTests() : 0;
  return (await passThrough(process.execPath, [jest, ...workers, ...args], { cwd: REPO_ROOT, env })) || python;
});

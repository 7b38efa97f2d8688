import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { main, setup } from './setup.mjs';
import { REPO_ROOT } from './system-tools.mjs';

// npm run demo -- [options of `propago demo`]
// The command runs in this process: nothing is left behind if this process is killed.
await main(async () => {
  Object.assign(process.env, await setup({ log: console.error }));
  process.argv.splice(2, 0, 'demo');
  await import(pathToFileURL(path.join(REPO_ROOT, 'dist/cli/src/main.js')).href);
  return process.exitCode;
});

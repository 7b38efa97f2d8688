#!/usr/bin/env node
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { main, setup } from '../../scripts/setup.mjs';
import { REPO_ROOT } from '../../scripts/system-tools.mjs';

// The command line works from a fresh clone: what is missing is set up first, with its messages apart from the output.
await main(async () => {
  Object.assign(process.env, await setup({ log: console.error }));
  await import(pathToFileURL(path.join(REPO_ROOT, 'dist/cli/src/main.js')).href);
});

import { ensureProject, main } from './setup.mjs';

await main(ensureProject);

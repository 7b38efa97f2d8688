import path from 'node:path';
import { parseArgs } from 'node:util';
import { passThrough } from './child.mjs';
import { main, setup } from './setup.mjs';
import { REPO_ROOT } from './system-tools.mjs';

// npm run campaign:uploads -- --count 100 --seed 7: so many videos in pieces, with connections that are cut and gateways
// that are killed, each compared with the file by its sha256. Four are a part of npm test.
await main(async () => {
  const { count, seed } = parseArgs({
    options: { count: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
  }).values;
  const env = { ...(await setup()), CAMPAIGN_COUNT: count, CAMPAIGN_SEED: seed };
  const jest = path.join(REPO_ROOT, 'node_modules/jest/bin/jest.js');
  const args = ['--runInBand', '--selectProjects=e2e', '--testPathPatterns', 'test/uploads-campaign'];
  return passThrough(process.execPath, [jest, ...args], { cwd: REPO_ROOT, env });
});

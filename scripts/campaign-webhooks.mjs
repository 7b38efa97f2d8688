import path from 'node:path';
import { parseArgs } from 'node:util';
import { passThrough } from './child.mjs';
import { main, setup } from './setup.mjs';
import { REPO_ROOT } from './system-tools.mjs';

// npm run campaign:webhooks -- --count 1000 --seed 7: so many events to a receiver that fails, hangs, redirects and
// restarts, while gateways are killed. 40 events are a part of npm test.
await main(async () => {
  const { count, seed } = parseArgs({
    options: { count: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
  }).values;
  const env = { ...(await setup()), CAMPAIGN_COUNT: count, CAMPAIGN_SEED: seed };
  const jest = path.join(REPO_ROOT, 'node_modules/jest/bin/jest.js');
  const args = ['--runInBand', '--selectProjects=e2e', '--testPathPatterns', 'test/webhooks-campaign'];
  return passThrough(process.execPath, [jest, ...args], { cwd: REPO_ROOT, env });
});

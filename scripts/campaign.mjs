import path from 'node:path';
import { parseArgs } from 'node:util';
import { passThrough } from './child.mjs';
import { main, setup } from './setup.mjs';
import { REPO_ROOT } from './system-tools.mjs';

/**
 * Campaigns by name: what they do is in test/<name>-campaign.e2e-spec.ts, of which npm test runs a little. Their settings,
 * and what these are where nothing is said.
 */
const CAMPAIGNS = {
  // Random corrections of runs while workers are killed, each compared with a fresh run.
  corrections: { count: '30', seed: '1' },
};

// node scripts/campaign.mjs corrections --count 30 --seed 7
await main(async () => {
  const [name, ...args] = process.argv.slice(2);
  const settings = CAMPAIGNS[name];
  if (!settings) throw new Error(`Expected one of ${Object.keys(CAMPAIGNS).join(', ')}.`);
  const options = Object.fromEntries(
    Object.entries(settings).map(([option, value]) => [option, { type: 'string', default: value }]),
  );
  const { values } = parseArgs({ args, options });
  const chosen = Object.entries(values).map(([option, value]) => [`CAMPAIGN_${option.toUpperCase()}`, value]);
  const jest = path.join(REPO_ROOT, 'node_modules/jest/bin/jest.js');
  const spec = ['--runInBand', '--selectProjects=e2e', '--testPathPatterns', `test/${name}-campaign`];
  const env = { ...(await setup()), ...Object.fromEntries(chosen) };
  return passThrough(process.execPath, [jest, ...spec], { cwd: REPO_ROOT, env });
});

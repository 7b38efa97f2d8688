import path from 'node:path';
import { parseArgs } from 'node:util';
import { passThrough } from './child.mjs';
import { main, setup } from './setup.mjs';
import { REPO_ROOT } from './system-tools.mjs';

/**
 * Campaigns by name: their settings, and what these are where nothing is said. What they do is in
 * test/<name>-campaign.long-spec.ts, of which npm run test:long runs a little.
 */
const CAMPAIGNS = {
  // Random corrections of runs while workers are killed, each compared with a fresh run.
  corrections: { count: '30', seed: '1' },
  // Runs of all kinds while processes, servers and the disk fail, compared with undisturbed ones; nothing may be left.
  faults: { runs: '50', seed: '1' },
  // The same for a time, with damaged requests beside them; a line of figures a minute.
  soak: { minutes: '60', seed: '1' },
  // Requests to every route that are nearly right, with damaged files.
  inputs: { count: '1000', seed: '1' },
  // Requests that Schemathesis makes of the OpenAPI document; so many for each operation.
  schemathesis: { examples: '100', seed: '1' },
  // Clients of several tenants; prints tables of how long what takes.
  load: { clients: '10', minutes: '5' },
  // Videos in pieces, with connections that are cut and gateways that are killed, each compared with its file by sha256.
  uploads: { count: '100', seed: '1' },
  // Events to a receiver that fails, hangs, redirects and restarts, while gateways are killed.
  webhooks: { count: '1000', seed: '1' },
};

/** Those that another one's file does. */
const FILES = { soak: 'faults' };

// node scripts/campaign.mjs faults --runs 200 --seed 7
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
  const spec = ['--runInBand', '--selectProjects=long', '--testPathPatterns', `test/${FILES[name] ?? name}-campaign`];
  const env = { ...(await setup()), ...Object.fromEntries(chosen) };
  return passThrough(process.execPath, [jest, ...spec], { cwd: REPO_ROOT, env });
});

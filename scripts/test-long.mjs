import { passThrough } from './child.mjs';
import { main } from './setup.mjs';
import { REPO_ROOT } from './system-tools.mjs';

/**
 * What is too slow for every change: short campaigns, restarts of everything under load, hundreds of seeks in the page,
 * figures of other programs; encoders are judged, the trainer learns and compiles. Longer campaigns run by hand: all of
 * .ci/run must end within an hour, also on a slow machine.
 */
const COMMANDS = [
  ['scripts/test.mjs', '--selectProjects=long'],
  ['scripts/trainer.mjs', 'test', '-m', 'long'],
];

// npm run test:long: all of them, also after one that has failed.
await main(async () => {
  const failed = [];
  for (const command of COMMANDS) {
    console.log(`== ${command.join(' ')}`);
    if ((await passThrough(process.execPath, command, { cwd: REPO_ROOT })) !== 0) failed.push(command.join(' '));
  }
  for (const command of failed) console.error(`failed: node ${command}`);
  return failed.length;
});

import path from 'node:path';
import { passThrough } from './child.mjs';
import { main } from './setup.mjs';
import { REPO_ROOT } from './system-tools.mjs';

/**
 * What is too slow or too rare for every change: short campaigns, restarts of everything under load, servers and disks that
 * fail, more looks of the page and hundreds of seeks in it, figures of other programs; encoders are judged, the trainer
 * learns and compiles. Longer campaigns run by hand: all of .ci/run must end within an hour, also on a slow machine.
 */
const commands = (jestArguments) => [
  ['scripts/test.mjs', '--selectProjects=long', ...jestArguments],
  [
    'scripts/trainer.mjs',
    'test',
    '-m',
    'long',
    `--junitxml=${path.join(REPO_ROOT, '.propago/long-trainer-tests.xml')}`,
  ],
];

// npm run test:long -- [jest arguments]: all of them, also after one that has failed.
await main(async () => {
  const failed = [];
  for (const command of commands(process.argv.slice(2))) {
    console.log(`== ${command.join(' ')}`);
    if ((await passThrough(process.execPath, command, { cwd: REPO_ROOT })) !== 0) failed.push(command.join(' '));
  }
  for (const command of failed) console.error(`failed: node ${command}`);
  return failed.length;
});

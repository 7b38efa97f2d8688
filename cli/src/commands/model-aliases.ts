import { describeAliases, describeSplit, model, traffic } from '../model-resource';
import { modelPath } from '../model-path';
import { PlatformCommands, print, type Output } from '../platform-commands';
import { parseSplit } from '../traffic-split';

/** Which version a name stands for, and who gets it. */
export function addAliasCommands(commands: PlatformCommands): void {
  commands
    .add('promote')
    .description('the canary becomes the champion and gets all traffic')
    .argument('<name>')
    .action(async (name: string, options: Output) => {
      const now = model.parse(await commands.client(options).call('POST', modelPath(name, ':promote'), {}));
      print(now, options, () => describeAliases(now));
    });

  commands
    .add('rollback')
    .description('an alias names what it named before')
    .argument('<name>')
    .option('--alias <alias>', 'which one', 'champion')
    .action(async (name: string, { alias, ...options }: Output & { alias: string }) => {
      const now = model.parse(await commands.client(options).call('POST', modelPath(name, ':rollback'), { alias }));
      print(now, options, () => describeAliases(now));
    });

  commands
    .add('alias')
    .description('let an alias name a version; without a version it is removed')
    .argument('<name>')
    .argument('<alias>', 'champion, canary, shadow, or a name of your own')
    .argument('[version]')
    .action(async (name: string, alias: string, version: string | undefined, options: Output) => {
      const client = commands.client(options);
      const path = modelPath(name, `/aliases/${encodeURIComponent(alias)}`);
      if (version === undefined) await client.call('DELETE', path);
      else await client.call('PUT', path, { version: Number(version) });
      const now = model.parse(await client.call('GET', modelPath(name)));
      print(now, options, () => describeAliases(now));
    });

  commands
    .add('traffic')
    .description('split the runs that name a model, or show how they are split')
    .argument('<name>')
    .argument('[parts...]', 'such as champion=80 canary=20')
    .action(async (name: string, parts: string[], options: Output) => {
      const client = commands.client(options);
      const path = modelPath(name, '/traffic');
      const answer =
        parts.length === 0
          ? await client.call('GET', path)
          : await client.call('PUT', path, { split: parseSplit(parts) });
      print(answer, options, () => describeSplit(traffic.parse(answer).split));
    });
}

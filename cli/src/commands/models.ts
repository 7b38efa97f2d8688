import { Command } from 'commander';
import type { AnswerOf } from '@propago/contracts';
import { columns } from '../columns';
import { compareVersions } from '../compare-versions';
import { describeReport } from '../describe-report';
import { describeVersion } from '../describe-version';
import { Interruption } from '../interruption';
import { modelPath } from '../model-path';
import { ADMIN_API, PlatformCommands, print, type Output } from '../platform-commands';
import { auditPage, describeSplit, modelPage, versionPage, type ModelVersionResource } from '../model-resource';
import { findVersion } from '../named-version';
import { versionTable } from '../version-table';
import { addAliasCommands } from './model-aliases';
import { addVersionCommands } from './model-versions';

/** `propago models`: the registry of encoder versions of a running platform. */
export function registerModels(program: Command, interruption: Interruption): void {
  const models = program
    .command('models')
    .description('encoder versions of a platform (needs a key with the scope admin)');
  const commands = new PlatformCommands(models, interruption, ADMIN_API);
  addLookCommands(commands);
  addVersionCommands(commands);
  addAliasCommands(commands);
}

function addLookCommands(commands: PlatformCommands): void {
  commands
    .add('list')
    .description('all versions: state, aliases, J&F and speed of the gate, size, note')
    .option('--all', 'REJECTED ones too')
    .action(async (options: Output & { all?: boolean }) => {
      const client = commands.client(options);
      const { items: models } = modelPage.parse(await client.call('GET', '/v1/admin/models'));
      const pages = await Promise.all(models.map(({ name }) => client.call('GET', modelPath(name, '/versions'))));
      const versions = pages.flatMap((page) => versionPage.parse(page).items);
      const shown = versions.filter(({ state }) => options.all || state !== 'REJECTED');
      const splits = models.filter(({ traffic: { split } }) => split.some(({ percent }) => percent % 100 !== 0));
      print(shown, options, () =>
        [
          versionTable(shown),
          ...splits.map(({ name, traffic }) => `traffic of ${name}: ${describeSplit(traffic.split)}`),
          ...hiddenLine(versions.length - shown.length),
        ].join('\n'),
      );
    });

  commands
    .add('show')
    .description('the versions of a model, or all that is known of one')
    .argument('<name>', 'model, name:version or name@alias')
    .argument('[version]', 'number')
    .action(async (name: string, version: string | undefined, options: Output) => {
      const client = commands.client(options);
      if (version !== undefined || /[:@]/.test(name)) {
        const found = await findVersion(client, version === undefined ? name : `${name}:${version}`);
        return print(found, options, () => describeVersion(found));
      }
      const { items } = versionPage.parse(await client.call('GET', modelPath(name, '/versions')));
      print(items, options, () => versionTable(items));
    });

  commands
    .add('compare')
    .description('two versions side by side: score of each probe clip, speed, size, facts, agreement as shadows')
    .argument('<one>', 'name:version, name@alias, or a name for its champion')
    .argument('<other>')
    .action(async (one: string, other: string, options: Output) => {
      const client = commands.client(options);
      const versions = await Promise.all([findVersion(client, one), findVersion(client, other)]);
      const shadows = await shadowsOf(commands, options, versions);
      print({ versions, shadows }, options, () => compareVersions(versions, shadows));
    });

  commands
    .add('report')
    .description('how the versions of a model do: runs and failures of each part of its traffic, and its shadows')
    .argument('<name>')
    .action(async (name: string, options: Output) => {
      const report = await reportOf(commands, options, name);
      print(report, options, () => describeReport(report));
    });

  commands
    .add('audit')
    .description('the last changes of the registry, newest first')
    .argument('[name]', 'of this model only')
    .action(async (name: string | undefined, options: Output) => {
      const query = name === undefined ? '' : `?name=${encodeURIComponent(name)}`;
      const { items } = auditPage.parse(await commands.client(options).call('GET', `/v1/admin/models/audit${query}`));
      const rows = items.map(({ at: when, actor, action, name: which, version, details }) => [
        when,
        actor,
        action,
        version === null ? which : `${which}:${version}`,
        JSON.stringify(details),
      ]);
      print(items, options, () => columns(rows));
    });
}

async function reportOf(commands: PlatformCommands, options: Output, name: string): Promise<AnswerOf<'ModelReport'>> {
  return (await commands.client(options).call('GET', modelPath(name, '/report'))) as AnswerOf<'ModelReport'>;
}

/** Runs in which one of the two repeated the other; none for versions of two models. */
async function shadowsOf(
  commands: PlatformCommands,
  options: Output,
  [one, other]: readonly ModelVersionResource[],
): Promise<AnswerOf<'ModelReport'>['shadows']> {
  if (one!.name !== other!.name) return [];
  const { shadows } = await reportOf(commands, options, one!.name);
  const pair = [one!.version, other!.version];
  return shadows.filter(
    ({ version, baseVersion, compared }) => compared > 0 && pair.includes(version) && pair.includes(baseVersion),
  );
}

function hiddenLine(hidden: number): string[] {
  if (hidden === 0) return [];
  const versions = hidden === 1 ? '1 REJECTED version is' : `${hidden} REJECTED versions are`;
  return [`${versions} not shown; --all shows them, \`propago models prune\` removes them`];
}

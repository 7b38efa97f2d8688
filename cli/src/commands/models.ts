import { Command } from 'commander';
import { columns } from '../columns';
import { Interruption } from '../interruption';
import { ModelCommands, modelPath, print, type Output } from '../model-commands';
import { auditPage, describeAliases, describeSplit, modelPage, modelVersion, versionPage } from '../model-resource';
import { registerModel, validated, type RegisterModel } from '../register-model';
import { addAliasCommands } from './model-aliases';

const collect = (value: string, before: string[]): string[] => [...before, value];
const ofVersion = (name: string, version: string, rest = ''): string =>
  modelPath(name, `/versions/${encodeURIComponent(version)}${rest}`);

/** `propago models`: the registry of encoder versions of a running platform. */
export function registerModels(program: Command, interruption: Interruption): void {
  const models = program
    .command('models')
    .description('encoder versions of a platform (needs a key with the scope admin)');
  const commands = new ModelCommands(models, interruption);
  addVersionCommands(commands);
  addAliasCommands(commands);
}

function addVersionCommands(commands: ModelCommands): void {
  commands
    .add('list')
    .description('all models: aliases, traffic, versions')
    .action(async (options: Output) => {
      const { items } = modelPage.parse(await commands.client(options).call('GET', '/v1/admin/models'));
      const rows = items.map((each) => [
        each.name,
        describeAliases(each),
        describeSplit(each.traffic.split),
        each.versions.map(({ version, state }) => `${version} ${state}`).join(', '),
      ]);
      print(items, options, () => columns(rows));
    });

  commands
    .add('register')
    .description('send an encoder file as the next version of a model, and wait for its validation')
    .argument('<file.onnx>', 'encoder; facts of its card may stand in <file.onnx>.card.json')
    .option('--name <name>', 'of the model; the file’s name when absent')
    .option('--fact <key=value>', 'of the card, e.g. patchSize=16 (may be repeated)', collect, [])
    .option('--training-run <id>', 'provenance: the training that it comes from')
    .option('--git-revision <revision>', 'provenance: of the code that trained it')
    .option('--data <text>', 'provenance: what it was trained on')
    .option('--note <text>', 'provenance: anything else')
    .option('--no-wait', 'do not wait for the validation')
    .action(async (file: string, options: Output & RegisterModel & { wait: boolean }) => {
      const { name, fact, trainingRun, gitRevision, data, note } = options;
      const client = commands.client(options);
      const known = { name, fact, trainingRun, gitRevision, data, note };
      const sent = await registerModel(client, file, known);
      const now = options.wait ? await validated(client, sent, commands.interruption.signal) : sent;
      print(now, options, () => `${now.name}:${now.version} is ${now.state}${aliasesOf(now.aliases)}`);
    });

  commands
    .add('show')
    .description('the versions of a model, or all that is known of one')
    .argument('<name>')
    .argument('[version]')
    .action(async (name: string, version: string | undefined, options: Output) => {
      const client = commands.client(options);
      if (version !== undefined) {
        return console.log(JSON.stringify(await client.call('GET', ofVersion(name, version)), null, 2));
      }
      const { items } = versionPage.parse(await client.call('GET', modelPath(name, '/versions')));
      const rows = items.map((each) => [
        `${each.name}:${each.version}`,
        each.state,
        each.sha256.slice(0, 12),
        each.createdAt,
        each.createdBy,
        each.aliases.join(',') || each.reasons.map(({ code }) => code).join(','),
      ]);
      print(items, options, () => columns(rows));
    });

  commands
    .add('validate')
    .description('validate a version that was refused again, and wait for the end')
    .argument('<name>')
    .argument('<version>')
    .action(async (name: string, version: string, options: Output) => {
      const client = commands.client(options);
      const begun = modelVersion.parse(await client.call('POST', ofVersion(name, version, ':validate'), {}));
      const now = await validated(client, begun, commands.interruption.signal);
      print(now, options, () => `${name}:${version} is ${now.state}${aliasesOf(now.aliases)}`);
    });

  commands
    .add('download')
    .description('save the file of a version')
    .argument('<name>')
    .argument('<version>')
    .requiredOption('-o, --output <file>', 'file to write')
    .action(async (name: string, version: string, { output, ...options }: Output & { output: string }) => {
      await commands.client(options).save(ofVersion(name, version, '/file'), output);
      print({ file: output }, options, () => output);
    });

  commands
    .add('delete')
    .description('remove a version that nothing needs')
    .argument('<name>')
    .argument('<version>')
    .action(async (name: string, version: string, options: Output) => {
      await commands.client(options).call('DELETE', ofVersion(name, version));
      print({ name, version: Number(version) }, options, () => `removed ${name}:${version}`);
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

function aliasesOf(aliases: readonly string[]): string {
  return aliases.length > 0 ? ` (${aliases.join(', ')})` : '';
}

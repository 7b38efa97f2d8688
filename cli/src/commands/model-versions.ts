import { modelPath } from '../model-path';
import { PlatformCommands, print, type Output } from '../platform-commands';
import { model, modelPage, modelVersion, type ModelVersionResource } from '../model-resource';
import { PhaseLine } from '../phase-line';
import { registerModel, validated, type RegisterModel } from '../register-model';

const collect = (value: string, before: string[]): string[] => [...before, value];
const ofVersion = (name: string, version: string | number, rest = ''): string =>
  modelPath(name, `/versions/${encodeURIComponent(version)}${rest}`);

/** Versions come, are validated and go. */
export function addVersionCommands(commands: PlatformCommands): void {
  commands
    .add('register')
    .description('send an encoder file as the next version of a model, and wait for its validation')
    .argument('<file.onnx>', 'encoder; facts of its card may stand in <file.onnx>.card.json')
    .option('--name <name>', 'of the model; the file’s name when absent')
    .option('--fact <key=value>', 'of the card, e.g. patchSize=16 or mean=[0.5,0.5,0.5] (may be repeated)', collect, [])
    .option('--training-run <id>', 'provenance: the training that it comes from')
    .option('--git-revision <revision>', 'provenance: of the code that trained it')
    .option('--data <text>', 'provenance: what it was trained on')
    .option('--note <text>', 'provenance: anything else; `models list` shows it')
    .option('--no-wait', 'do not wait for the validation')
    .action(async (file: string, options: Output & RegisterModel & { wait: boolean }) => {
      const { name, fact, trainingRun, gitRevision, data, note } = options;
      const client = commands.client(options);
      const known = { name, fact, trainingRun, gitRevision, data, note };
      const sent = await registerModel(client, file, known);
      const now = options.wait ? await followed(commands, options, sent) : sent;
      print(now, options, () => describeEnd(now));
    });

  commands
    .add('validate')
    .description('validate a version that was refused again, and wait for the end')
    .argument('<name>')
    .argument('<version>')
    .action(async (name: string, version: string, options: Output) => {
      const client = commands.client(options);
      const begun = modelVersion.parse(await client.call('POST', ofVersion(name, version, ':validate'), {}));
      const now = await followed(commands, options, begun);
      print(now, options, () => describeEnd(now));
    });

  commands
    .add('download')
    .description('save the file of a version')
    .argument('<name>')
    .argument('<version>')
    .requiredOption('-o, --output <file>', 'file to write (required)')
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
    .add('prune')
    .description('remove all REJECTED versions')
    .argument('[name]', 'of this model only')
    .action(async (name: string | undefined, options: Output) => {
      const client = commands.client(options);
      const models =
        name === undefined
          ? modelPage.parse(await client.call('GET', '/v1/admin/models')).items
          : [model.parse(await client.call('GET', modelPath(name)))];
      const rejected = models.flatMap(({ name: of, versions }) =>
        versions.flatMap(({ version, state }) => (state === 'REJECTED' ? [{ name: of, version }] : [])),
      );
      for (const each of rejected) await client.call('DELETE', ofVersion(each.name, each.version));
      print(rejected, options, () =>
        rejected.length === 0
          ? 'no version is REJECTED'
          : `removed ${rejected.map((each) => `${each.name}:${each.version}`).join(', ')}`,
      );
    });
}

/** The version at the end of its validation, whose phases are shown meanwhile. */
async function followed(
  commands: PlatformCommands,
  options: Output,
  version: ModelVersionResource,
): Promise<ModelVersionResource> {
  const phases = new PhaseLine();
  const { signal } = commands.interruption;
  return validated(commands.client(options), version, { phases, signal }).finally(() => phases.end());
}

function describeEnd({ name, version, state, aliases, report }: ModelVersionResource): string {
  const reused = report?.reused ? `, as measured for ${report.reused.name}:${report.reused.version}` : '';
  return `${name}:${version} is ${state}${aliases.length > 0 ? ` (${aliases.join(', ')})` : ''}${reused}`;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { z } from 'zod';
import type { ApiClient } from '../api-client';
import { columns } from '../columns';
import { Failure } from '../failure';
import { Interruption } from '../interruption';
import { ADMIN_API, PlatformCommands, print, type Output } from '../platform-commands';
import { parseOptionValues, type PairOption } from '../option-values';
import { probeTraining, type ProbeOptions } from '../training-probe';
import { settingsTable, trainingSettings } from '../training-settings';

const POLL_MS = 1000;

const trainingRun = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  step: z.number(),
  steps: z.number().nullable(),
  phase: z.string().nullable(),
  warnings: z.array(z.string()),
  createdAt: z.string(),
  error: z.object({ code: z.string(), detail: z.string().nullable() }).nullable(),
  registered: z.object({ name: z.string(), version: z.number() }).nullable(),
});
type TrainingRun = z.infer<typeof trainingRun>;

interface Start {
  name?: string;
  setting: string[];
  videos?: boolean;
  folder?: string;
  storage?: string;
  parent?: string;
  model?: string;
  weights: string;
  wait: boolean;
}

const SETTING: PairOption = { flag: '--setting', example: 'steps=2500' };

const collect = (value: string, before: string[]): string[] => [...before, value];
const at = (id = '', rest = ''): string => `/v1/admin/training-runs${id && `/${encodeURIComponent(id)}`}${rest}`;

/** `propago train`: training runs of a running platform that has a trainer. */
export function registerTrain(program: Command, interruption: Interruption): void {
  const train = program
    .command('train')
    .description('training of encoders on a platform (needs a key with the scope admin)');
  const commands = new PlatformCommands(train, interruption, ADMIN_API);
  addStart(commands);
  train
    .command('settings')
    .description('all settings of "propago train start --setting", with their ranges and defaults')
    .option('--json', 'print JSON')
    .action((options: { json?: boolean }) => {
      const settings = trainingSettings();
      print(settings, options, () => settingsTable(settings));
    });
  addChanges(commands);

  commands
    .add('list')
    .description('all training runs, newest first')
    .action(async (options: Output) => {
      const { items } = z
        .object({ items: z.array(trainingRun) })
        .parse(await commands.client(options).call('GET', at()));
      const rows = items.map((run) => [run.id, run.name, run.createdAt, describe(run)]);
      print(items, options, () => columns(rows));
    });

  commands
    .add('show')
    .description('all that is known of one')
    .argument('<id>')
    .action(async (id: string, options: Output) => {
      console.log(JSON.stringify(await commands.client(options).call('GET', at(id)), null, 2));
    });

  commands
    .add('download')
    .description('save a file of a run: encoder.onnx, metrics.csv, curves.png, features.png, checkpoint-STEP.pt')
    .argument('<id>')
    .argument('<file>')
    .option('-o, --output <file>', 'file to write; without it the file’s own name, in this folder')
    .action(async (id: string, file: string, { output = file, ...options }: Output & { output?: string }) => {
      const where = file === 'metrics.csv' ? '/metrics.csv' : `/artifacts/${encodeURIComponent(file)}`;
      await commands.client(options).save(at(id, where), output);
      print({ file: output }, options, () => output);
    });
  addProbe(commands);
}

function addProbe(commands: PlatformCommands): void {
  commands
    .add('probe')
    .description('scores and figures of the last checkpoint of a run, whatever its state, made on this machine')
    .argument('<id>')
    .option('--sequences <folder>', 'folder in DAVIS layout to score on, besides generated clips')
    .option('-o, --output <folder>', 'folder of the figures; "probe-" and the id by default')
    .addOption(new Option('--python <path>', 'Python with the packages of the trainer').env('TRAINER_PYTHON'))
    .action(async (id: string, { output = `probe-${id}`, ...options }: Output & Partial<ProbeOptions>) => {
      const { signal } = commands.interruption;
      const probe = await probeTraining(commands.client(options), at(id), { ...options, output }, signal);
      const rows = Object.entries(probe.scores).map(([name, score]) => [name, score.toFixed(1)]);
      print(probe, options, () => [`${probe.checkpoint}, mean IoU`, columns(rows), ...probe.files].join('\n'));
    });
}

function addStart(commands: PlatformCommands): void {
  commands
    .add('start')
    .description('train an encoder, and wait for its end')
    .option('--name <name>', 'what to call the run')
    .option(
      '--setting <name=value>',
      `setting that differs from its default, like ${SETTING.example}; "propago train settings" lists them (may be repeated)`,
      collect,
      [],
    )
    .option('--videos', 'train on pairs of frames of the videos; without it on generated clips')
    .option('--folder <path>', 'videos below the trainer’s folder of data')
    .option('--storage <prefix>', 'videos in the platform’s storage')
    .option('--parent <id>', 'run from whose last checkpoint the encoder starts')
    .option('--model <name>', 'model whose next version it becomes')
    .addOption(
      new Option('--weights <kind>', 'how the file stores them').choices(['fp32', 'fp16', 'int8']).default('fp32'),
    )
    .option('--no-wait', 'do not wait for its end')
    .action(async ({ setting, videos, folder, storage, wait, ...options }: Output & Start) => {
      const { name, parent, model, weights } = options;
      const client = commands.client(options);
      const data = { source: videos ? 'videos' : 'generated', folder, storage };
      const body = { name, parent, model, weights, data, settings: parseOptionValues(setting, SETTING) };
      const begun = trainingRun.parse(await client.call('POST', at(), body));
      for (const warning of begun.warnings) console.error(`warning: ${warning}`);
      const now = wait ? await ended(client, begun, options, commands.interruption.signal) : begun;
      print(now, options, () => `${now.id} ${describe(now)}`);
    });
}

function addChanges(commands: PlatformCommands): void {
  for (const [verb, description] of [
    ['cancel', 'save a checkpoint and stop'],
    ['resume', 'go on with a failed or cancelled run'],
  ] as const) {
    commands
      .add(verb)
      .description(description)
      .argument('<id>')
      .action(async (id: string, options: Output) => {
        const run = trainingRun.parse(await commands.client(options).call('POST', at(id, `/${verb}`), {}));
        print(run, options, () => `${run.id} ${describe(run)}`);
      });
  }
  commands
    .add('delete')
    .description('remove a run that does not run, and its files')
    .argument('<id>')
    .action(async (id: string, options: Output) => {
      await commands.client(options).call('DELETE', at(id));
      print({ id }, options, () => `removed ${id}`);
    });
}

/** @throws Failure with the run's code when it does not succeed */
async function ended(
  client: ApiClient,
  begun: TrainingRun,
  { json }: Output,
  signal: AbortSignal,
): Promise<TrainingRun> {
  for (let said = ''; ; await sleep(POLL_MS, undefined, { signal })) {
    const run = trainingRun.parse(await client.call('GET', at(begun.id)));
    if (run.state === 'succeeded') return run;
    if (run.state === 'failed' || run.state === 'cancelled') throw new Failure(`${run.id} ${describe(run)}`);
    const text = describe(run);
    if (!json && text !== said) console.error(`${run.id} ${text}`);
    said = text;
  }
}

function describe({ state, step, steps, phase, error, registered }: TrainingRun): string {
  const progress = steps === null ? '' : `, step ${step} of ${steps}`;
  const version = registered ? `, registered as ${registered.name}:${registered.version}` : '';
  const doing = phase === null ? '' : `, ${phase}`;
  return `${state}${progress}${doing}${version}${error ? `: ${error.code}: ${error.detail}` : ''}`;
}

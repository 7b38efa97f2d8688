import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { EXPORT_FORMAT_NAMES, EXPORT_FORMATS, type ExportFormat } from '@propago/contracts';
import { ApiClient } from '../api-client';
import { keyOption, type Connection } from '../connection';
import { Failure } from '../failure';
import { Interruption } from '../interruption';
import { parseOptionValues } from '../option-values';
import { ProgressDisplay } from '../progress-display';
import { describeProblem, problem } from '../run-resource';

const POLL_MS = 300;

const exported = z.looseObject({
  id: z.string(),
  state: z.string(),
  progress: z.object({ done: z.number(), total: z.number() }),
  isExact: z.boolean(),
  cannotHold: z.array(z.string()),
  loss: z.looseObject({ masks: z.number(), meanJaccard: z.number().nullable() }).nullable(),
  error: problem.nullable(),
});
type Exported = z.infer<typeof exported>;

type ExportCommand = Connection & { format: ExportFormat; out?: string; option: string[]; available?: boolean };

/** `propago export`: has the masks of a run written in a format, and saves the file. */
export function registerExport(program: Command, interruption: Interruption): void {
  const collect = (text: string, before: string[]) => [...before, text];
  program
    .command('export')
    .description('save the masks of a run on a running platform in the format of another program')
    .argument('<run>', 'id of the run')
    .addOption(
      new Option('--format <name>', 'docs/formats.md tells what each holds')
        .choices(EXPORT_FORMAT_NAMES)
        .makeOptionMandatory(),
    )
    .option('-o, --out <file>', 'the file; by default RUN.EXTENSION in this folder')
    .option('--option <key=value>', 'option of the format, e.g. segmentation=polygon (may be repeated)', collect, [])
    .option('--available', 'the frames that have masks by now, of a run that goes on')
    .option('--server <url>', 'address of the platform', 'http://127.0.0.1:8080')
    .addOption(keyOption())
    .action((run: string, command: ExportCommand) => exportRun(run, command, interruption));
}

async function exportRun(
  run: string,
  { format, out, option, available, ...connection }: ExportCommand,
  { signal }: Interruption,
): Promise<void> {
  const client = new ApiClient(connection, signal);
  const options = {
    ...parseOptionValues(option, { flag: '--option', example: 'segmentation=polygon' }),
    ...(available && { frames: 'available' }),
  };
  const file = resolve(out ?? `${run}.${EXPORT_FORMATS[format].extension}`);
  const address = `/v1/runs/${encodeURIComponent(run)}/exports`;
  const made = await whenMade(
    client,
    address,
    exported.parse(await client.call('POST', address, { format, options })),
    signal,
  );
  await client.save(`${address}/${made.id}/file`, file);
  console.log(`${made.progress.total} frames: ${file}`);
  for (const line of losses(made)) console.error(line);
}

async function whenMade(client: ApiClient, address: string, asked: Exported, signal: AbortSignal): Promise<Exported> {
  const display = new ProgressDisplay();
  try {
    for (let found = asked; ; found = exported.parse(await client.call('GET', `${address}/${found.id}`))) {
      const { state, progress, error } = found;
      if (error) throw new Failure(`the export failed: ${describeProblem(error)}`);
      if (state === 'ready') return found;
      display.update(progress.done, progress.total, state, progress.total);
      await sleep(POLL_MS, undefined, { signal });
    }
  } finally {
    display.end();
  }
}

/** What the file does not give back of the masks. */
function losses({ isExact, cannotHold, loss }: Exported): string[] {
  const measured = loss?.meanJaccard ?? null;
  const how = isExact ? ['Every pixel of the masks is in the file.'] : [];
  const lost =
    measured === null
      ? []
      : [`Mean Jaccard index between the ${loss!.masks} masks and the file: ${measured.toFixed(4)}.`];
  return [...how, ...lost, ...cannotHold];
}

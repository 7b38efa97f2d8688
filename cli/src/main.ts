import { buildInfo } from '@propago/build-info';
import { Command, CommanderError, Option } from 'commander';
import { registerCorrect } from './commands/correct';
import type { DemoCommand } from './commands/demo';
import { registerEval } from './commands/eval';
import { registerExport } from './commands/export';
import { registerGc } from './commands/gc';
import { registerImport } from './commands/import';
import { registerKeys } from './commands/keys';
import { registerModels } from './commands/models';
import type { RunCommand } from './commands/run';
import { collect, runOptions, serverOption } from './commands/run-options';
import { registerStackCommands } from './commands/stack';
import { registerSuggestions } from './commands/suggestions';
import { registerTrain } from './commands/train';
import { registerVideos } from './commands/videos';
import { registerWebhooks } from './commands/webhooks';
import type { UpCommand } from './commands/up';
import { keyOption } from './connection';
import { Failure } from './failure';
import { fitOption } from './fit-option';
import { collectPrompts } from './frame-prompt';
import { Interruption } from './interruption';
import { wholeNumber } from './whole-number';

function buildProgram(interruption: Interruption): Command {
  const program = new Command('propago').description(
    'Video label propagation: labels of one frame become labels of all.',
  );
  const { version, revision } = buildInfo();
  program.version(`${version} (${revision})`, '--version', 'print the version and git revision');

  program
    .command('up')
    .description('start the platform on this machine; its data are kept')
    .option('--port <number>', 'port of the API', wholeNumber(1, 65_535), 8080)
    .option('--host <address>', 'address of the API', '127.0.0.1')
    .option('--dir <folder>', 'folder for data and logs', '.propago')
    .option('--encoder <file.onnx>', 'encoder to serve, the first is the default (may be repeated)', collect, [])
    .addOption(new Option('--access <how>', 'who may call the API').choices(['keys', 'off']).default('keys'))
    .option('--admin-port <number>', 'port of its own for the admin API', wholeNumber(1, 65_535))
    .option('--new-admin-key', 'create an admin key also when there is one, because it was lost')
    .option('--workers <n>', 'processes per stage', wholeNumber(1, 64), 1)
    .option('--trainer', 'also start the trainer, which needs Python with PyTorch (npm run test:trainer makes it)')
    .action(async (options: UpCommand) => (await import('./commands/up.js')).upCommand(options, interruption));

  runOptions(program.command('run'))
    .description(
      'label all frames of a video, or of a folder of frames, from masks or key points of some of its frames',
    )
    .argument('<video>', 'video file, or folder of JPEG or PNG frames')
    .argument('[mask]', 'PNG with the labels of the first frame')
    .option('--mask <file.png>', 'the same as the second argument')
    .option(
      '--prompt <frame=file>',
      'mask of a frame, or JSON as the API takes it (may be repeated)',
      collectPrompts,
      [],
    )
    .option('--keypoints <file>', 'key points of one frame or more: own JSON, COCO, or csv of DeepLabCut')
    .addOption(fitOption())
    .requiredOption('-o, --output <folder>', 'folder for masks/, keypoints.csv, overlay.mp4 and run.json (required)')
    .option(...serverOption)
    .addOption(keyOption())
    .option('--name <name>', 'what the run is called, to find it again')
    .option('--tag <tag>', 'word to find the run again by (may be repeated)', collect, [])
    .option('--json', 'print one JSON object')
    .action(async (video: string, mask: string | undefined, options: RunCommand) => {
      const { runCommand } = await import('./commands/run.js');
      await runCommand(video, mask, options, interruption);
    });

  runOptions(program.command('demo'))
    .description('one run on a private platform: of a rendered sample clip, or of your own')
    .option('--video <file>', 'your clip; needs --mask')
    .option('--mask <file.png>', 'labels of its first frame')
    .option('-o, --output <folder>', 'folder for the results', 'out/demo')
    .option('--stay', 'keep the platform for the page afterwards, as is done in a terminal')
    .option('--no-stay', 'end with the results')
    .action(async (options: DemoCommand) => (await import('./commands/demo.js')).demoCommand(options, interruption));

  registerCorrect(program, interruption);
  registerExport(program, interruption);
  registerImport(program, interruption);
  registerSuggestions(program, interruption);
  registerEval(program, interruption);
  registerKeys(program, interruption);
  registerModels(program, interruption);
  registerTrain(program, interruption);
  registerGc(program, interruption);
  registerVideos(program, interruption);
  registerWebhooks(program, interruption);
  registerStackCommands(program, interruption);

  return program;
}

/** Lets no sub-command end the process by itself: usage errors have an exit code of their own. */
function overrideExit(command: Command): void {
  command.exitOverride();
  command.commands.forEach(overrideExit);
}

async function main(): Promise<number> {
  const interruption = new Interruption();
  interruption.listen();
  const program = buildProgram(interruption);
  overrideExit(program);
  try {
    await program.parseAsync();
    return 0;
  } catch (error) {
    if (interruption.signal.aborted) return 130;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.error(error instanceof Failure ? error.message : error instanceof Error ? error.message : String(error));
    return error instanceof Failure ? error.exitCode : 1;
  } finally {
    await interruption.end();
  }
}

// A process that ends before `main` does has not done its work.
process.exitCode = 1;
void main().then((code) => process.exit(code));

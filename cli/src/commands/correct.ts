import { resolve } from 'node:path';
import { Command } from 'commander';
import { ApiClient } from '../api-client';
import { keyOption, type Connection } from '../connection';
import { fitOption } from '../fit-option';
import { Failure } from '../failure';
import { followRun } from '../follow-run';
import { checkPromptFile, collectPrompts, type FramePrompt } from '../frame-prompt';
import { Interruption } from '../interruption';
import { ProgressDisplay } from '../progress-display';
import { describeProblem } from '../run-resource';
import { saveResults } from '../run-results';

type CorrectCommand = Connection & { prompt: FramePrompt[]; remove: number[]; fit?: string; output?: string };

function parseFrame(text: string): number {
  if (!/^\d{1,7}$/.test(text))
    throw new Failure(`Expected a frame after --remove, like 57, but received '${text}'.`, 2);
  return Number(text);
}

/** `propago correct`: says on some frames of a run where its objects are, and waits for the masks that follow. */
export function registerCorrect(program: Command, interruption: Interruption): void {
  const frames = (text: string, before: number[]) => [...before, parseFrame(text)];
  program
    .command('correct')
    .description('correct masks of a run on a running platform; it is propagated again from there in both directions')
    .argument('<run>', 'id of the run')
    .option(
      '--prompt <frame=file>',
      'the right mask of a frame, or JSON as the API takes it (may be repeated)',
      collectPrompts,
      [],
    )
    .addOption(fitOption())
    .option('--remove <frame>', 'take back the prompt of a frame (may be repeated)', frames, [])
    .option('-o, --output <folder>', 'save masks/, overlay.mp4 and run.json when it is done')
    .option('--server <url>', 'address of the platform', 'http://127.0.0.1:8080')
    .addOption(keyOption())
    .action((run: string, command: CorrectCommand) => correct(run, command, interruption));
}

async function correct(
  runId: string,
  { prompt, remove, fit, output, ...connection }: CorrectCommand,
  { signal }: Interruption,
): Promise<void> {
  if (prompt.length + remove.length === 0) throw new Failure('Expected at least one --prompt or --remove.', 2);
  prompt.forEach(checkPromptFile);
  const client = new ApiClient(connection, signal);
  for (const one of prompt) await client.putPrompt(runId, one, fit);
  for (const frame of remove) await client.call('DELETE', `/v1/runs/${encodeURIComponent(runId)}/prompts/${frame}`);
  const display = new ProgressDisplay();
  const run = await followRun(client, runId, (progress) => display.updateRun(progress), signal).finally(() =>
    display.end(),
  );
  if (run.state !== 'succeeded') {
    throw new Failure(
      `run ${run.id} ${run.state}: ${run.error ? describeProblem(run.error) : 'the server gives no reason'}`,
    );
  }
  if (output === undefined) return console.log(`run ${run.id} is corrected`);
  const saved = await saveResults(client, run, resolve(output));
  console.log(`${saved.frames} frames: ${resolve(output)}`);
}

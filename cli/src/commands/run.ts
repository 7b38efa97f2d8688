import { resolve } from 'node:path';
import { Interruption } from '../interruption';
import { performRun } from '../one-run';
import { parseOptionValues } from '../option-values';
import { openPlatform } from '../platform';
import { ProgressDisplay } from '../progress-display';
import { saveResults, seconds } from '../run-results';

export interface RunCommand {
  output: string;
  server?: string;
  key?: string;
  preset?: string;
  encoder?: string;
  option: string[];
  name?: string;
  tag: string[];
  json?: boolean;
}

/** `propago run`: one run, its masks, overlay and description in a folder. */
export async function runCommand(
  video: string,
  mask: string,
  command: RunCommand,
  interruption: Interruption,
): Promise<void> {
  const display = new ProgressDisplay();
  const parameters = parseOptionValues(command.option);
  const platform = await openPlatform(command, interruption, (text) => display.say(text));
  const folder = resolve(command.output);
  try {
    const { preset, name, tag: tags } = command;
    const request = { video, mask, preset, parameters, name, tags };
    const run = await performRun(platform, request, interruption, (progress) => display.updateRun(progress));
    display.end();
    const saved = await saveResults(platform.client, run, folder);
    if (command.json) {
      console.log(JSON.stringify({ id: run.id, state: run.state, output: folder, ...saved }));
    } else {
      console.log(
        `${saved.masks} frames in ${seconds(saved.seconds)}, first mask after ${seconds(saved.firstMaskSeconds)}`,
      );
      console.log(`results: ${folder}`);
    }
  } catch (error) {
    display.end();
    if (!interruption.signal.aborted) reportLogs(platform.saveLogs(folder));
    throw error;
  }
}

export function reportLogs(folder: string | undefined): void {
  if (folder) console.error(`the logs of the private platform are in ${folder}`);
}

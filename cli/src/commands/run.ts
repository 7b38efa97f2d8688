import { resolve } from 'node:path';
import { Failure } from '../failure';
import type { FramePrompt } from '../frame-prompt';
import { Interruption } from '../interruption';
import { checkSources, performRun } from '../one-run';
import { parseOptionValues } from '../option-values';
import { openPlatform } from '../platform';
import { ProgressDisplay } from '../progress-display';
import { describeProblem } from '../run-resource';
import { saveResults, seconds } from '../run-results';
import { suggestions } from '../suggestion';

export interface RunCommand {
  output: string;
  prompt: FramePrompt[];
  mask?: string;
  keypoints?: string;
  fit?: string;
  server?: string;
  key?: string;
  preset?: string;
  encoder?: string;
  option: string[];
  name?: string;
  tag: string[];
  json?: boolean;
}

/** `propago run`: one run, its masks, key points, overlay and description in a folder. */
export async function runCommand(
  video: string,
  firstMask: string | undefined,
  command: RunCommand,
  interruption: Interruption,
): Promise<void> {
  const display = new ProgressDisplay();
  const parameters = parseOptionValues(command.option);
  if (firstMask !== undefined && command.mask !== undefined) {
    throw new Failure('Expected the mask of the first frame once, as the second argument or by --mask.', 2);
  }
  const { prompt: prompts, mask = firstMask, keypoints, fit } = command;
  checkSources({ video, mask, prompts, keypoints });
  const platform = await openPlatform(command, interruption, (text) => display.say(text));
  const folder = resolve(command.output);
  try {
    const { preset, name, tag: tags } = command;
    const request = { video, mask, prompts, keypoints, fit, preset, parameters, name, tags };
    const run = await performRun(platform, request, interruption, {
      onAccepted: ({ warnings = [] }) =>
        warnings.forEach((warning) => display.say(`warning: ${describeProblem(warning)}`)),
      onProgress: (progress) => display.updateRun(progress),
    });
    display.end();
    const saved = await saveResults(platform.client, run, folder);
    if (command.json) {
      const { id, state, warnings = [] } = run;
      console.log(JSON.stringify({ id, state, warnings, output: folder, ...saved }));
    } else {
      console.log(
        `${saved.frames} frames in ${seconds(saved.seconds)}, first result after ${seconds(saved.firstMaskSeconds)}`,
      );
      console.log(`results: ${folder}`);
      // A server of an earlier version has none, and the run is as good.
      const [worst] = await suggestions(platform.client, run.id, 1).catch(() => []);
      if (worst) console.log(`look at frame ${worst.frame} first: ${worst.reason}`);
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

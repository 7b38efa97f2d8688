import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SequenceScore } from '@propago/evaluation';
import { readStoredMask } from '@propago/labels';
import { Failure } from '../failure';
import { listFrames } from '../frame-folder';
import { Interruption } from '../interruption';
import { checkSources, performRun } from '../one-run';
import { parseOptionValues } from '../option-values';
import { pageAddress } from '../page-address';
import { openPlatform } from '../platform';
import { ProgressDisplay } from '../progress-display';
import { saveResults, seconds } from '../run-results';
import { renderSample, SampleVideo } from '../sample-video';
import { reportLogs } from './run';

export interface DemoCommand {
  video?: string;
  mask?: string;
  output: string;
  preset?: string;
  encoder?: string;
  option: string[];
  /** Whether the platform stays for the page; by default where somebody sits at a terminal. */
  stay?: boolean;
}

/** `propago demo`: renders a clip with known labels (or takes the user's), runs it on a private platform, shows how good it is. */
export async function demoCommand(command: DemoCommand, interruption: Interruption): Promise<void> {
  if ((command.video === undefined) !== (command.mask === undefined)) {
    throw new Failure('--video and --mask belong together: a clip and the labels of its first frame', 2);
  }
  const folder = resolve(command.output);
  await mkdir(folder, { recursive: true });
  const parameters = parseOptionValues(command.option);
  const display = new ProgressDisplay();
  let sample: SampleVideo | undefined;
  if (command.video === undefined) {
    display.say('rendering the sample clip');
    sample = await renderSample(folder, interruption.signal);
  }
  const video = sample?.video ?? command.video!;
  const mask = sample?.mask ?? command.mask!;
  checkSources({ video, mask });
  const platform = await openPlatform({ encoder: command.encoder }, interruption, (text) => display.say(text));
  try {
    const name = sample ? 'Sample clip' : undefined;
    const request = { video, mask, preset: command.preset, parameters, name };
    const run = await performRun(platform, request, interruption, {
      onProgress: (progress) => display.updateRun(progress),
    });
    display.end();
    const saved = await saveResults(platform.client, run, folder);
    if (sample) printScores(sample, join(folder, 'masks'));
    console.log(`frames              ${saved.masks}`);
    console.log(`seconds             ${seconds(saved.seconds)}`);
    console.log(`time to first mask  ${seconds(saved.firstMaskSeconds)}`);
    console.log(`results             ${folder}`);
    if (!(command.stay ?? (process.stdin.isTTY && process.stdout.isTTY))) return;
    console.log(`page                ${pageAddress(platform.client.base)}`);
    console.log('The run can be looked at and corrected there until Ctrl-C ends the platform.');
    await interruption.race(new Promise(() => undefined)).catch(() => undefined);
  } catch (error) {
    display.end();
    if (!interruption.signal.aborted) reportLogs(platform.saveLogs(folder));
    throw error;
  }
}

function printScores(sample: SampleVideo, masks: string): void {
  const score = new SequenceScore();
  listFrames(masks).forEach((name, index) => {
    const labels = sample.truth[index];
    if (!labels) return;
    score.add({ width: sample.width, height: sample.height, labels }, readStoredMask(readFileSync(join(masks, name))));
  });
  const objects = score.result();
  const mean = (values: number[]): string => (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(4);
  for (const { id, J, F } of objects)
    console.log(`object ${id}            J ${J.mean.toFixed(4)}  F ${F.mean.toFixed(4)}`);
  console.log(
    `mean                J ${mean(objects.map(({ J }) => J.mean))}  F ${mean(objects.map(({ F }) => F.mean))}`,
  );
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DavisSequence, findSequences } from '../davis-layout';
import { overallScore, readTruth, scoreSequence, scoreTable, SequenceResult } from '../davis-score';
import { Failure } from '../failure';
import { Interruption } from '../interruption';
import { performRun } from '../one-run';
import { parseOptionValues } from '../option-values';
import { openPlatform } from '../platform';
import { ProgressDisplay } from '../progress-display';

/** While one run propagates, the next is decoded and encoded already. */
const RUNS_IN_FLIGHT = 2;

export interface EvalCommand {
  root: string;
  sequences?: string;
  server?: string;
  key?: string;
  preset?: string;
  encoder?: string;
  option: string[];
  /** Leaves the runs on the server. */
  keep?: boolean;
  json?: boolean;
}

/** `propago eval davis`: runs each sequence through the platform and scores its masks against the ground truth. */
export async function evalDavisCommand(command: EvalCommand, interruption: Interruption): Promise<void> {
  const wanted = command.sequences
    ?.split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const sequences = findSequences(command.root, wanted);
  for (const { name, annotations } of sequences) {
    if (readTruth(annotations[0]!).classIds.length === 0) {
      throw new Failure(`sequence ${name}: the first mask ${annotations[0]} has no foreground`);
    }
  }
  const transient = !command.keep;
  const parameters = parseOptionValues(command.option);
  const display = new ProgressDisplay();
  const platform = await openPlatform(command, interruption, (text) => display.say(text));
  const folder = mkdtempSync(join(tmpdir(), 'propago-eval-'));
  interruption.onEnd(async () => rmSync(folder, { recursive: true, force: true }));

  const total = sequences.reduce((sum, sequence) => sum + sequence.annotations.length, 0);
  const done = new Map<string, number>();
  const active = new Set<string>();
  const evaluate = async (sequence: DavisSequence): Promise<SequenceResult> => {
    const { name, video, annotations } = sequence;
    active.add(name);
    const request = { video, mask: annotations[0]!, preset: command.preset, parameters, shadow: false, transient };
    const run = await performRun(platform, request, interruption, {
      onProgress: (progress) => {
        done.set(name, progress.results.done);
        display.update(
          [...done.values()].reduce((sum, frames) => sum + frames, 0),
          total,
          [...active].join(', '),
        );
      },
    });
    const archive = join(folder, `${name}.zip`);
    await platform.client.download(run.id, 'masks.zip', archive);
    if (transient) await platform.client.remove(run.id);
    const result = await scoreSequence(sequence, archive);
    rmSync(archive);
    active.delete(name);
    display.say(`${name}: J ${result.J.mean.toFixed(4)}, F ${result.F.mean.toFixed(4)}, ${result.frames} frames`);
    return result;
  };

  const results = await withLimit(sequences, RUNS_IN_FLIGHT, evaluate).finally(() => display.end());
  if (command.json) console.log(JSON.stringify({ sequences: results, mean: overallScore(results) }));
  else console.log(scoreTable(results));
}

/** Maps in order with at most `limit` at work. The first failure ends it, when what is at work has ended. */
async function withLimit<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await work(items[index]!);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}

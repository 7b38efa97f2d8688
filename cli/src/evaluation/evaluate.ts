import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Interruption } from '../interruption';
import { performRun } from '../one-run';
import { parseOptionValues } from '../option-values';
import { openPlatform } from '../platform';
import { ProgressDisplay } from '../progress-display';
import type { DataSet, DataSetSequence, SequenceScore } from './data-set';
import { LiveRun } from './live-run';

/** While one run propagates, the next is decoded and encoded already. */
const RUNS_IN_FLIGHT = 2;

/** Where and how the sequences of a data set are run. */
export interface EvaluationOptions {
  server?: string;
  key?: string;
  preset?: string;
  encoder?: string;
  option: string[];
  /** Leaves the runs on the server. */
  keep?: boolean;
  json?: boolean;
}

/** Runs each sequence of a data set through the platform, scores its labels, and prints the scores. */
export async function evaluate<S extends DataSetSequence, R extends SequenceScore>(
  dataSet: DataSet<S, R>,
  options: EvaluationOptions,
  interruption: Interruption,
): Promise<void> {
  const { sequences } = dataSet;
  const transient = !options.keep;
  const parameters = parseOptionValues(options.option);
  const preset = options.preset ?? dataSet.preset;
  const display = new ProgressDisplay();
  const platform = await openPlatform(options, interruption, (text) => display.say(text));
  const folder = mkdtempSync(join(tmpdir(), 'propago-eval-'));
  interruption.onEnd(async () => rmSync(folder, { recursive: true, force: true }));

  const total = sequences.reduce((sum, { frames }) => sum + frames, 0);
  const done = new Map<string, number>();
  const active = new Set<string>();
  const one = async (sequence: S): Promise<R> => {
    const { name, video } = sequence;
    active.add(name);
    const onProgress = ({ results }: { results: { done: number } }) => {
      done.set(name, results.done);
      const frames = [...done.values()].reduce((sum, count) => sum + count, 0);
      display.update(frames, total, [...active].join(', '));
    };
    const own = mkdtempSync(join(folder, 'run-'));
    const request = { video, ...sequence.labels(own), preset, parameters, shadow: false, transient };
    const { id } = await performRun(platform, request, interruption, { onProgress });
    const { client } = platform;
    try {
      const result = await dataSet.score(sequence, new LiveRun(client, id, own, interruption.signal, onProgress));
      rmSync(own, { recursive: true });
      display.say(dataSet.line(result));
      return result;
    } finally {
      active.delete(name);
      if (transient) await client.remove(id);
    }
  };

  const results = await withLimit(sequences, RUNS_IN_FLIGHT, one).finally(() => display.end());
  if (options.json) console.log(JSON.stringify({ sequences: results, mean: dataSet.mean(results) }));
  else console.log(dataSet.table(results));
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

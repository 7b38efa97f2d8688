import { Command } from 'commander';
import { ApiClient } from '../api-client';
import { columns } from '../columns';
import { keyOption, type Connection } from '../connection';
import type { Interruption } from '../interruption';
import { suggestions, type Suggestion } from '../suggestion';
import { wholeNumber } from '../whole-number';

type SuggestionsCommand = Connection & { count: number; json?: boolean };

/** `propago suggestions`: the frames of a run whose correction would help most. */
export function registerSuggestions(program: Command, { signal }: Interruption): void {
  program
    .command('suggestions')
    .description('the frames of a run whose correction would help most; also while it is at work')
    .argument('<run>', 'id of the run')
    .option('--count <n>', 'how many at most', wholeNumber(1, 50), 5)
    .option('--server <url>', 'address of the platform', 'http://127.0.0.1:8080')
    .addOption(keyOption())
    .option('--json', 'print one JSON object')
    .action(async (run: string, { count, json, ...connection }: SuggestionsCommand) => {
      const items = await suggestions(new ApiClient(connection, signal), run, count);
      if (json) return console.log(JSON.stringify({ items }));
      console.log(items.length > 0 ? suggestionTable(items) : 'no correction is expected to help');
    });
}

/** One line for each suggestion. */
export function suggestionTable(items: readonly Suggestion[]): string {
  const head = ['frame', 'objects', 'gain of J', 'why'];
  const lines = items.map(({ frame, objects, expectedGain, reason }) => [
    String(frame),
    objects.join(', '),
    (100 * expectedGain).toFixed(1),
    reason,
  ]);
  return columns([head, ...lines]);
}

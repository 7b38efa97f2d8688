import type { Outcome } from './damage-matrix';

/** What became of all damaged files of one case. */
export interface DamageSummary {
  name: string;
  /** Files whose frames are all there and right, and that passed. */
  whole: number;
  /** The same, but refused: must be none. */
  wronglyRefused: number;
  /** Files with a missing or altered frame that were refused. */
  refused: number;
  /** Files cut between two frames, in a container that states no length: what they hold passed, all of it right. */
  shorter: number;
  /** Cut files of which a wrong frame passed, or that passed with frames missing although the container counts them. */
  cutUnnoticed: number;
  /** Files with a flipped byte of which a wrong frame passed: most codecs have no checksum. */
  flipUnnoticed: number;
  flips: number;
  /** One line for each file that was not judged right. */
  details: string[];
}

export function summaryOf(name: string, outcomes: readonly Outcome[]): DamageSummary {
  const isCut = ({ damage }: Outcome): boolean => damage.startsWith('cut');
  const passed = outcomes.filter(({ code }) => code === null);
  const altered = passed.filter(({ whole }) => !whole);
  const shorter = altered.filter((outcome) => isCut(outcome) && outcome.given > 0 && outcome.right === outcome.given);
  const unnoticed = altered.filter((outcome) => !shorter.includes(outcome));
  const wronglyRefused = outcomes.filter(({ code, whole }) => code !== null && whole);
  return {
    name,
    whole: passed.length - altered.length,
    wronglyRefused: wronglyRefused.length,
    refused: outcomes.length - passed.length - wronglyRefused.length,
    shorter: shorter.length,
    cutUnnoticed: unnoticed.filter(isCut).length,
    flipUnnoticed: unnoticed.filter((outcome) => !isCut(outcome)).length,
    flips: outcomes.filter((outcome) => !isCut(outcome)).length,
    details: [...wronglyRefused, ...shorter, ...unnoticed].map(
      ({ damage, code, whole, right, given }) =>
        `${name}: ${damage}: ${code ?? 'passed'}, ${whole ? 'whole' : 'altered'}, ${right} of ${given} frames right`,
    ),
  };
}

/** A table with a line for each case and one for all. */
export function tableOf(summaries: readonly DamageSummary[]): string {
  const columns = ['whole', 'wronglyRefused', 'refused', 'shorter', 'cutUnnoticed', 'flipUnnoticed', 'flips'] as const;
  const total = { name: 'all' } as DamageSummary;
  for (const column of columns) total[column] = summaries.reduce((sum, summary) => sum + summary[column], 0);
  const line = (cells: readonly (string | number)[]): string =>
    cells.map((cell, index) => (index === 0 ? String(cell).padEnd(20) : String(cell).padStart(15))).join('');
  return [
    line(['', ...columns]),
    ...[...summaries, total].map((row) => line([row.name, ...columns.map((column) => row[column])])),
  ].join('\n');
}

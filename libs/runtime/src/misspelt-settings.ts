import { ENVIRONMENTS } from './config';

/** What other parts of the platform read: the command line, the compose file, tests. */
const READ_ELSEWHERE = [
  'PROPAGO_API_KEY',
  'PROPAGO_EXIT_WITH_PARENT',
  'PROPAGO_LISTEN',
  'PROPAGO_TEST_S3',
  'NATS_SERVER_PATH',
  'REDIS_SERVER_PATH',
  'SETPRIV_PATH',
];
const PREFIX = 'PROPAGO_';
/** Words of this length may have one wrong letter; shorter ones differ too easily. */
const LONG_WORD = 4;
const SHORTEST_NAME = 5;

/** Names of all settings of all services, and of the variables that other parts of the platform read. */
export function knownSettings(): Set<string> {
  return new Set([...Object.values(ENVIRONMENTS).flatMap(({ shape }) => Object.keys(shape)), ...READ_ELSEWHERE]);
}

/**
 * Variables that nobody reads but look as if they were meant for the platform: misspelt names of settings, such names
 * with a part missing, and what starts with `PROPAGO_`. An environment is full of other programs' variables, so a name
 * without such a likeness is none of ours.
 *
 * @returns a sentence for each
 */
export function misspeltSettings(environment: NodeJS.ProcessEnv): string[] {
  const known = knownSettings();
  const given = Object.keys(environment).filter((name) => environment[name] !== '' && !known.has(name));
  return given.sort().flatMap((name) => {
    const meant = [...known].filter((one) => looksLike(name, one)).sort((a, b) => edits(name, a) - edits(name, b))[0];
    if (meant !== undefined) return [`${name} is no setting: did you mean ${meant}?`];
    return name.startsWith(PREFIX) ? [`${name} is no setting: all settings are in .env.example`] : [];
  });
}

function looksLike(given: string, known: string): boolean {
  if (given.length < SHORTEST_NAME) return false;
  if (edits(given, known) <= (given.length < 8 ? 1 : 2)) return true;
  return hasWordsOf(given, known);
}

/** Whether all words of `given`, two at least, are words of `known` in the same order: MAX_SEGMENT, MAX_SEGMENTS_AHEAD. */
function hasWordsOf(given: string, known: string): boolean {
  const words = given.split('_');
  if (words.length < 2) return false;
  let rest = known.split('_');
  for (const word of words) {
    const at = rest.findIndex((one) => one === word || (word.length >= LONG_WORD && edits(one, word) === 1));
    if (at < 0) return false;
    rest = rest.slice(at + 1);
  }
  return true;
}

/** Letters to insert, remove or replace, or neighbours to exchange, to get from one text to the other. */
function edits(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = rows[i - 1]![j - 1]! + Number(a[i - 1] !== b[j - 1]);
      const exchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        changed,
        rows[i - 1]![j]! + 1,
        row[j - 1]! + 1,
        exchanged ? rows[i - 2]![j - 2]! + 1 : Infinity,
      );
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

import { Failure } from './failure';

type Value = string | number | boolean | null | { [name: string]: Value } | Value[];

/** The flag that the pairs were given with, and a pair that it may have. */
export interface PairOption {
  flag: string;
  example: string;
}

const OPTION: PairOption = { flag: '--option', example: 'topK=7' };

function parseValue(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}

/**
 * `key=value` pairs as the `parameters` of a run. A dot goes one level down (`neighbourhood.radius=12`), values are JSON
 * where they can be read as such (`topK=7`, `keepFirstFrame=true`), else text. The server checks names and ranges.
 *
 * @throws Failure (usage) for a pair without a key or `=`
 */
export function parseOptionValues(pairs: readonly string[], option = OPTION): Record<string, Value> {
  const root: Record<string, Value> = Object.create(null) as Record<string, Value>;
  for (const pair of pairs) {
    const [, key, text] = /^([\w.]+)=(.*)$/s.exec(pair) ?? [];
    if (!key || text === undefined) {
      throw new Failure(`Expected NAME=VALUE after ${option.flag}, like ${option.example}, but received '${pair}'.`, 2);
    }
    const path = key.split('.');
    let at = root;
    for (const name of path.slice(0, -1)) {
      const below = at[name];
      at = at[name] =
        below && typeof below === 'object' && !Array.isArray(below) ? below : (Object.create(null) as typeof root);
    }
    at[path[path.length - 1]!] = parseValue(text);
  }
  return root;
}

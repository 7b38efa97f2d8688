import type { ReadObject } from '@propago/formats';

/** An object of a run. */
export interface KnownObject {
  id: number;
  name: string | null;
}

/**
 * Which object of the run each object of a file is: the one that its track is numbered after, unless that is called
 * otherwise, else one of its name. Each is taken once.
 * @param found each key once
 * @returns ids by key; a key that is missing is of an object that the run does not have yet
 */
export function matchObjects(found: readonly Pick<ReadObject, 'key' | 'name'>[], known: readonly KnownObject[]) {
  const ids = new Map<string, number>();
  const free = new Map(known.map((object) => [object.id, object]));
  const take = (key: string, id: number) => {
    ids.set(key, id);
    free.delete(id);
  };
  for (const { key, name } of found) {
    const object = free.get(Number(/^track (\d+)$/.exec(key)?.[1]));
    if (object && (object.name === null || object.name === name)) take(key, object.id);
  }
  for (const { key, name } of found) {
    const named = ids.has(key) ? undefined : [...free.values()].find((object) => object.name === name);
    if (named) take(key, named.id);
  }
  return ids;
}

import { Problem } from '../api/problem';

/** What a file says about one frame. */
export interface Imported {
  /** height x width object ids, 1 and up; 0 where there is none. */
  ids: Uint8Array;
  /** What the objects are called, by id, where the file has names. */
  names: ReadonlyMap<number, string>;
}

export interface Size {
  width: number;
  height: number;
}

const MOST_ID = 254;

/** A file that cannot be used, and why. */
export const unusable = (detail: string): Problem =>
  new Problem('IMPORT_UNUSABLE', 'The labels cannot be taken from this file.', detail, 422);

/** @throws Problem where labels are of a picture of another size */
export function assertSize(is: Size, expected: Size): void {
  if (is.width === expected.width && is.height === expected.height) return;
  throw unusable(
    `They are for a picture of ${is.width} × ${is.height}; the video has ${expected.width} × ${expected.height}.`,
  );
}

/** Numbers for names, from 1 on; the same name is the same object. `of` @throws Problem where there are too many */
export function numbersOfNames(): { of: (name: string) => number; names: ReadonlyMap<number, string> } {
  const ids = new Map<string, number>();
  const names = new Map<number, string>();
  const of = (name: string) => {
    const known = ids.get(name);
    if (known !== undefined) return known;
    const id = ids.size + 1;
    if (id > MOST_ID) throw unusable(`It has more than ${MOST_ID} objects.`);
    ids.set(name, id);
    names.set(id, name);
    return id;
  };
  return { of, names };
}

import { CodedError } from '@propago/contracts';
import type { KeypointFile } from '@propago/keypoint-files';
import type { DescribedObject } from './object-body';
import type { SaidObject, SentPrompt } from './prompt-body';

/** What a file of key points says, in the words of a request. */
export interface LabelsOfFile {
  objects: DescribedObject[];
  prompts: SentPrompt[];
}

/**
 * The objects and prompts of a file that comes with a run. Objects that the file does not number get the ids that are free.
 *
 * @param masks ids of the objects that masks show
 * @param taken other ids that something else in the request has
 * @throws CodedError OBJECT_KIND_MISMATCH
 */
export function labelsOfFile(
  { objects, frames }: KeypointFile,
  { masks, taken }: { masks: ReadonlySet<number>; taken: ReadonlySet<number> },
): LabelsOfFile {
  const both = objects.find(({ id }) => id !== undefined && masks.has(id));
  if (both) {
    throw new CodedError(
      'OBJECT_KIND_MISMATCH',
      `A mask shows an object ${both.id}, and so is an object with key points numbered; give it another id.`,
    );
  }
  const used = new Set([...masks, ...taken, ...objects.flatMap(({ id }) => id ?? [])]);
  const ids = objects.map(({ id }) => id ?? free(used));
  return {
    objects: objects.map(({ name, points, skeleton }, i) => ({
      id: ids[i]!,
      ...(name === undefined ? {} : { name }),
      points: [...points],
      skeleton: skeleton.map(([from, to]) => [from, to]),
    })),
    prompts: frames.map(({ frame, objects: on }) => ({
      frame,
      said: on.map(({ object, points }) => ({ id: ids[object]!, points })),
    })),
  };
}

function free(used: Set<number>): number {
  let id = 1;
  while (used.has(id)) id++;
  used.add(id);
  return id;
}

/** An object of a run, as far as a file may mean it. */
interface Meant {
  id: number;
  name: string | null;
  kind: string;
}

/**
 * What a file says about one frame of a run: the frame of this number, or the only one there is. Its objects are those of
 * the run with the same id or name, or the only one there is.
 *
 * @throws CodedError KEYPOINTS_EMPTY, OBJECT_UNKNOWN
 */
export function saidInFile(file: KeypointFile, frame: number, objects: readonly Meant[]): SaidObject[] {
  const on =
    file.frames.find((each) => each.frame === frame) ?? (file.frames.length === 1 ? file.frames[0] : undefined);
  if (!on) throw new CodedError('KEYPOINTS_EMPTY', `The file says nothing about frame ${frame}.`);
  const known = objects.filter(({ kind }) => kind === 'keypoints');
  return on.objects.map(({ object, points }) => {
    const { id, name } = file.objects[object]!;
    const only = known.length === 1 && file.objects.length === 1 ? known[0] : undefined;
    const meant = id === undefined ? (known.find((each) => each.name === name) ?? only) : { id };
    if (meant) return { id: meant.id, points };
    const names = known.map((each) => `${each.id} (${each.name ?? 'without a name'})`).join(', ') || 'none';
    throw new CodedError(
      'OBJECT_UNKNOWN',
      `The file speaks of '${name ?? 'an object'}'; the run has these objects with key points: ${names}.`,
    );
  });
}

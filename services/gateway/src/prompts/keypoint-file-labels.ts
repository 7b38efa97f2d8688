import { CodedError } from '@propago/contracts';
import type { KeypointFile } from '@propago/keypoint-files';
import type { DescribedObject } from './object-body';
import type { SentPrompt } from './prompt-body';

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

import { CodedError } from '@propago/contracts';
import type { GivenPoint } from '@propago/keypoint-files';
import type { ReadShape } from '@propago/formats';
import type { DescribedObject } from './object-body';
import { matchObjects } from './match-objects';
import { MOST_OBJECTS, type SentPrompt } from './prompt-body';
import type { SentFile } from './sent-file';

/** An object as a file knows it. */
export interface FileObject {
  /** Identity within the file; that of masks may be `track 7`. */
  key: string;
  /** What a file of key points numbers it. */
  id?: number | undefined;
  /** What people call it. */
  name: string | undefined;
  /** Absent: it is drawn as masks. */
  keypoints?: { points: string[]; skeleton: [string, string][] };
}

/** What a file says of one object on one frame. */
type Said = { key: string } & ({ shapes: ReadShape[] } | { points: GivenPoint[] });

/** What a file says, whatever program it is of. */
export interface FileLabels {
  objects: FileObject[];
  /** Ascending. */
  frames: { frame: number; said: Said[] }[];
  /** Px, of the pictures that its masks were drawn on, where it says so. */
  size: { width: number; height: number } | null;
  /** How it is refused where it says nothing. */
  emptiness: 'KEYPOINTS_EMPTY' | 'ANNOTATIONS_INVALID';
}

/** @throws CodedError KEYPOINTS_EMPTY, ANNOTATIONS_INVALID of a file that says nothing */
export function labelsOf(file: SentFile): FileLabels {
  const labels = everythingIn(file);
  if (labels.frames.length > 0) return labels;
  throw new CodedError(labels.emptiness, 'The file says nothing about any frame.');
}

function everythingIn(file: SentFile): FileLabels {
  if ('keypoints' in file) {
    const { objects, frames } = file.keypoints;
    return {
      objects: objects.map(({ id, name, points, skeleton }, i) => ({
        key: String(i),
        id,
        name,
        keypoints: { points: [...points], skeleton: skeleton.map(([from, to]) => [from, to]) },
      })),
      frames: frames.map(({ frame, objects: on }) => ({
        frame,
        said: on.map(({ object, points }) => ({ key: String(object), points })),
      })),
      size: null,
      emptiness: 'KEYPOINTS_EMPTY',
    };
  }
  const { annotations: read } = file;
  const frames = read.frameNumbers.map((frame) => ({ frame, said: read.on(frame) }));
  const objects = new Map(frames.flatMap(({ said }) => said.map(({ key, name }) => [key, { key, name }] as const)));
  return { objects: [...objects.values()], frames, size: read.size, emptiness: 'ANNOTATIONS_INVALID' };
}

/** What a file says of some frames. @throws CodedError KEYPOINTS_EMPTY, ANNOTATIONS_INVALID where it says nothing of one */
export function onFrames(labels: FileLabels, wanted: readonly number[]): FileLabels {
  const frames = wanted.map((frame) => {
    const found = labels.frames.find((each) => each.frame === frame);
    if (found) return found;
    throw new CodedError(labels.emptiness, `The file says nothing about frame ${frame}.`);
  });
  const keys = new Set(frames.flatMap(({ said }) => said.map(({ key }) => key)));
  return { ...labels, objects: labels.objects.filter(({ key }) => keys.has(key)), frames };
}

/** An object of a run, as far as a file may mean it. */
interface Known {
  id: number;
  name: string | null;
  kind: string;
}

/**
 * The objects of a run that those of a file are, and those that are new to it.
 * @param known objects of the run
 * @param taken ids that something else has
 * @throws CodedError OBJECT_KIND_MISMATCH
 */
export function objectsFor(
  { objects }: FileLabels,
  known: readonly Known[],
  taken: Iterable<number> = [],
): { ids: Map<string, number>; added: DescribedObject[] } {
  const masks = objects.filter(({ keypoints }) => !keypoints).map(({ key, name = '' }) => ({ key, name }));
  const ids = matchObjects(
    masks,
    known.filter(({ kind }) => kind === 'mask'),
  );
  const withPoints = known.filter(({ kind }) => kind === 'keypoints');
  for (const { key, id: numbered, name, keypoints } of objects) {
    if (!keypoints) continue;
    const same = known.find(({ id }) => id === numbered);
    if (same?.kind === 'mask') {
      throw new CodedError(
        'OBJECT_KIND_MISMATCH',
        `The object ${same.id} is labelled with a mask, and not with key points.`,
      );
    }
    // A file with one object need not name it.
    const only = withPoints.length === 1 && objects.length === 1 ? withPoints[0] : undefined;
    const meant = numbered === undefined ? (withPoints.find((each) => each.name === name) ?? only) : same;
    if (meant) ids.set(key, meant.id);
  }
  const used = new Set([...known.map(({ id }) => id), ...taken]);
  const added = objects
    .filter(({ key }) => !ids.has(key))
    .map(({ key, id: given, name, keypoints }) => {
      const numbered = given ?? Number(/^track (\d+)$/.exec(key)?.[1]);
      const id = numbered >= 1 && numbered <= MOST_OBJECTS && !used.has(numbered) ? numbered : free(used);
      used.add(id);
      ids.set(key, id);
      return { id, ...(name ? { name } : {}), ...keypoints };
    });
  return { ids, added };
}

/** What a file says, in the words of a request. */
export function promptsOf({ frames, size }: FileLabels, ids: ReadonlyMap<string, number>): SentPrompt[] {
  return frames.map(({ frame, said }) => ({
    frame,
    said: said.map((one) => {
      const id = ids.get(one.key)!;
      return 'shapes' in one ? { id, shapes: one.shapes, size } : { id, points: one.points };
    }),
  }));
}

/**
 * What a file says about one frame of a run: the frame of this number, or the only one there is. Its objects are those of
 * the run.
 * @throws CodedError KEYPOINTS_EMPTY, ANNOTATIONS_INVALID, OBJECT_UNKNOWN, OBJECT_KIND_MISMATCH
 */
export function saidInFile(file: SentFile, frame: number, known: readonly Known[]): SentPrompt {
  const all = labelsOf(file);
  const labels = onFrames(all, [all.frames.length === 1 ? all.frames[0]!.frame : frame]);
  const { ids, added } = objectsFor(labels, known);
  if (added.length > 0) {
    const names = known.map((each) => `${each.id} (${each.name ?? 'without a name'})`).join(', ') || 'none';
    throw new CodedError(
      'OBJECT_UNKNOWN',
      `The file speaks of '${added[0]!.name ?? 'an object'}'; the run has these objects: ${names}. ` +
        'A POST of the file to the prompts of the run adds others.',
    );
  }
  return { frame, said: promptsOf(labels, ids)[0]!.said };
}

function free(used: ReadonlySet<number>): number {
  let id = 1;
  while (used.has(id)) id++;
  return id;
}

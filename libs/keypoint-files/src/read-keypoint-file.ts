import { assertStorable, CodedError, parseFields } from '@propago/contracts';
import { isCoco, readCoco } from './coco';
import { isDeepLabCut, readDeepLabCut } from './deeplabcut';
import { ownFile, type GivenPoint, type KeypointFile } from './keypoint-file';
import { isSleap, readSleap } from './sleap';

/**
 * Reads key points of a video: the platform's own JSON, key points of COCO, a csv of DeepLabCut or an analysis
 * csv of SLEAP, told by their content.
 *
 * @throws CodedError KEYPOINTS_INVALID, KEYPOINTS_EMPTY, OBJECT_UNKNOWN, TEXT_INVALID; FieldErrors KEYPOINTS_INVALID
 */
export function readKeypointFile(bytes: Uint8Array): KeypointFile {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const file = isTable(text) ? tableIn(text) : keypointsIn(parsed(text));
  assertStorable(file, 'the key points');
  if (file.frames.length === 0) throw new CodedError('KEYPOINTS_EMPTY', 'The file says nothing about any frame.');
  return file;
}

/** Whether a text is a table of key points. */
export function isTable(text: string): boolean {
  return isDeepLabCut(text) || isSleap(text);
}

const tableIn = (text: string): KeypointFile => (isSleap(text) ? readSleap(text) : readDeepLabCut(text));

/**
 * Key points in JSON: the platform's own, or COCO's.
 * @throws CodedError, FieldErrors KEYPOINTS_INVALID
 */
export function keypointsIn(value: unknown): KeypointFile {
  return isCoco(value) ? readCoco(value) : readOwn(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const number = /\b(NaN|Infinity)\b/.exec(text)?.[0];
    const why = number
      ? `${number} is no number of JSON; a point that is not there has the visibility absent`
      : 'they are neither JSON nor a csv whose first cells are scorer, or track and frame_idx';
    throw new CodedError('KEYPOINTS_INVALID', `The key points cannot be read: ${why}.`, { cause });
  }
}

function readOwn(value: unknown): KeypointFile {
  const { objects, frames } = parseFields(ownFile, value, ({ message }, path) => ({
    code: 'KEYPOINTS_INVALID',
    message: `${path || 'the key points'}: ${message}.`,
  }));
  const ids = objects.map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) throw new CodedError('KEYPOINTS_INVALID', `There are two objects ${twice}.`);
  const said = frames.map(({ frame, objects: on }) => ({
    frame,
    objects: on.map((given) => {
      const object = ids.indexOf(given.id);
      if (object < 0)
        throw new CodedError(
          'OBJECT_UNKNOWN',
          `Frame ${frame} speaks of an object ${given.id}, which is not described.`,
        );
      return { object, points: 'points' in given ? given.points : allAbsent(objects[object]!.points) };
    }),
  }));
  for (const { frame, objects: on } of said) {
    const again = on.find(({ object }, i) => on.findIndex((other) => other.object === object) !== i);
    if (again) throw new CodedError('KEYPOINTS_INVALID', `Frame ${frame} has the object ${ids[again.object]} twice.`);
  }
  const numbers = said.map(({ frame }) => frame);
  const again = numbers.find((frame, i) => numbers.indexOf(frame) !== i);
  if (again !== undefined) throw new CodedError('KEYPOINTS_INVALID', `Frame ${again} is there twice.`);
  return {
    objects: objects.map(({ id, name, points, skeleton = [] }) => ({
      id,
      name,
      points,
      skeleton: skeleton as [string, string][],
    })),
    frames: said.sort((a, b) => a.frame - b.frame),
  };
}

/** What is said about the points of an object that is not on a frame. */
export function allAbsent(names: readonly string[]): GivenPoint[] {
  return names.map((name) => ({ name, visibility: 'absent' }));
}

import { CodedError } from '@propago/contracts';
import { cellsOf } from './csv';
import type { FileFrame, FileObject, GivenPoint, KeypointFile } from './keypoint-file';

/** SLEAP counts from the centre of the first pixel. */
const CENTRE = 0.5;

/** Whether a text is an analysis table of SLEAP, whose first columns are the track and the frame. */
export function isSleap(text: string): boolean {
  return /^\uFEFF?"?track"?,"?frame_idx"?,/.test(text);
}

/**
 * Reads an analysis csv of SLEAP: a line for each animal on a frame, with x, y and score of each node. A node without
 * numbers is absent. Animals without a track may be one on each frame; the scores are not looked at.
 *
 * @throws CodedError KEYPOINTS_INVALID
 */
export function readSleap(text: string): KeypointFile {
  const [head = [], ...lines] = cellsOf(text.replace(/^\uFEFF/, ''));
  const nodes = head.flatMap((column, x) => {
    const [, name] = /^(.+)\.x$/.exec(column) ?? [];
    if (name === undefined) return [];
    const y = head.indexOf(`${name}.y`);
    if (y < 0) throw invalid(`it has no column ${name}.y`);
    return [{ name, x, y }];
  });
  if (nodes.length === 0) throw invalid('it has no columns of nodes, such as head.x, head.y');
  const objects = new Map<string, { place: number; object: FileObject }>();
  const frames = new Map<number, FileFrame>();
  for (const line of lines) {
    const [track = '', index = ''] = line;
    const number = Number(index);
    if (index === '' || !Number.isSafeInteger(number) || number < 0)
      throw invalid(`'${index}' is no number of a frame`);
    const name = track === '' ? undefined : track;
    const points = nodes.map(({ name: node, x, y }) => pointOf(node, line[x] ?? '', line[y] ?? '', number));
    if (points.every(({ visibility }) => visibility === 'absent')) continue;
    const known = objects.get(track) ?? {
      place: objects.size,
      object: { id: undefined, name, points: nodes.map((node) => node.name), skeleton: [] },
    };
    objects.set(track, known);
    const frame = frames.get(number) ?? { frame: number, objects: [] };
    frames.set(number, frame);
    if (frame.objects.some(({ object }) => object === known.place)) {
      throw invalid(
        `frame ${number} has ${name === undefined ? 'two animals without a track' : `the track ${name} twice`}`,
      );
    }
    frame.objects.push({ object: known.place, points });
  }
  return {
    objects: [...objects.values()].map(({ object }) => object),
    frames: [...frames.values()].sort((a, b) => a.frame - b.frame),
  };
}

function pointOf(name: string, x: string, y: string, frame: number): GivenPoint {
  if (/^(nan)?$/i.test(x) && /^(nan)?$/i.test(y)) return { name, visibility: 'absent' };
  const [column, row] = [Number(x), Number(y)];
  if (x === '' || y === '' || !Number.isFinite(column) || !Number.isFinite(row)) {
    throw invalid(`on frame ${frame} the node ${name} is at '${x}', '${y}'`);
  }
  return { name, x: column + CENTRE, y: row + CENTRE };
}

const invalid = (why: string): CodedError =>
  new CodedError('KEYPOINTS_INVALID', `The csv of SLEAP cannot be read: ${why}.`);

import { CodedError } from '@propago/contracts';
import { cellsOf } from './csv';
import type { FileFrame, FileObject, GivenPoint, KeypointFile } from './keypoint-file';

/** DeepLabCut counts from the centre of the first pixel. */
const CENTRE = 0.5;
const UNLABELLED = /^(nan|)$/i;

/** Whether a text is a table of DeepLabCut. */
export function isDeepLabCut(text: string): boolean {
  return /^\uFEFF?"?scorer"?,/.test(text);
}

/** Where one point of an object stands in a line. */
interface Column {
  object: number;
  name: string;
  x: number;
  y: number;
}

/**
 * Reads a csv of DeepLabCut: labelled data (`CollectedData_….csv`) or predictions, with one animal or several. A point
 * without numbers is absent; an animal without any on a frame is not spoken of there. The likelihood is not looked at.
 *
 * @throws CodedError KEYPOINTS_INVALID
 */
export function readDeepLabCut(text: string): KeypointFile {
  const lines = cellsOf(text.replace(/^\uFEFF/, ''));
  const head = (name: string) => lines.slice(0, 4).find(([first]) => first === name);
  const [individuals, bodyparts, coords] = [head('individuals'), head('bodyparts'), head('coords')];
  if (!bodyparts || !coords) throw invalid('it has no lines bodyparts and coords');
  const from = coords.indexOf('x');
  if (from < 1) throw invalid('it has no column x');
  const names = new Map<string, number>();
  const objects: (FileObject & { points: string[] })[] = [];
  const columns: Column[] = [];
  for (let at = from; at < coords.length; at++) {
    if (coords[at] !== 'x') continue;
    if (coords[at + 1] !== 'y') throw invalid(`column ${at + 2} is ${coords[at + 1] ?? 'missing'} and not y`);
    const individual = individuals?.[at] ?? '';
    if (!names.has(individual)) {
      names.set(individual, objects.length);
      objects.push({ id: undefined, name: individual || undefined, points: [], skeleton: [] });
    }
    const object = names.get(individual)!;
    const name = bodyparts[at] ?? '';
    objects[object]!.points.push(name);
    columns.push({ object, name, x: at, y: at + 1 });
  }
  const frames = lines
    .slice(lines.indexOf(coords) + 1)
    .map((line) => frameOf(line, { from, columns }))
    .filter(({ objects: said }) => said.length > 0)
    .sort((a, b) => a.frame - b.frame);
  const twice = frames.find(({ frame }, i) => frames[i - 1]?.frame === frame);
  if (twice) throw invalid(`frame ${twice.frame} is there twice`);
  return { objects, frames };
}

function frameOf(line: string[], { from, columns }: { from: number; columns: Column[] }): FileFrame {
  const index = line.slice(0, from).findLast((cell) => cell !== '') ?? '';
  const [, digits] = /(\d+)(?:\.\w+)?$/.exec(index) ?? [];
  if (digits === undefined) throw invalid(`a line begins with '${index}', which names no frame`);
  const points = new Map<number, GivenPoint[]>();
  for (const { object, name, x, y } of columns) {
    const of = points.get(object) ?? [];
    points.set(object, of);
    of.push(pointOf(name, line[x] ?? '', line[y] ?? '', Number(digits)));
  }
  const objects = [...points]
    .filter(([, of]) => of.some(({ visibility }) => visibility !== 'absent'))
    .map(([object, of]) => ({ object, points: of }));
  return { frame: Number(digits), objects };
}

function pointOf(name: string, x: string, y: string, frame: number): GivenPoint {
  if (UNLABELLED.test(x) && UNLABELLED.test(y)) return { name, visibility: 'absent' };
  const [column, row] = [Number(x), Number(y)];
  if (x === '' || y === '' || !Number.isFinite(column) || !Number.isFinite(row)) {
    throw invalid(`on frame ${frame} the point ${name} is at '${x}', '${y}'`);
  }
  return { name, x: column + CENTRE, y: row + CENTRE };
}

const invalid = (why: string): CodedError =>
  new CodedError('KEYPOINTS_INVALID', `The csv of DeepLabCut cannot be read: ${why}.`);

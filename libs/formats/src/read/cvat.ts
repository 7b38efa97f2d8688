import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { encodeRle } from '@propago/labels';
import { boxOutline, frameOfName, invalid, ReadAnnotations, type ReadShape } from './annotations';

/** What the shapes within a track or an image belong to. */
interface Owner {
  frame: number | null;
  track: { key: string; name: string } | null;
}

/**
 * CVAT XML 1.1, for video and for images: masks, polygons and boxes. Of tracks the key frames count, on which the object
 * is not outside. Without tracks all shapes of a label are one object, or those of a group.
 * @param size of the video's frames, px, where the file does not say
 */
export function readCvat(xml: string, size: { width: number; height: number }): ReadAnnotations {
  const read = new ReadAnnotations(null);
  let owner: Owner = { frame: null, track: null };
  let wasAnnotations = false;
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw invalid(`it is no well-formed XML (${error.message})`);
  });
  parser.on('opentag', ({ name: tag, attributes: given }: SaxesTagPlain) => {
    if (tag === 'annotations') wasAnnotations = true;
    if (tag === 'track') {
      owner = { frame: null, track: { key: `track ${given.id}`, name: given.label ?? 'object' } };
    } else if (tag === 'image') {
      owner = { frame: frameOfName(given.name ?? ''), track: null };
    } else if (owner.track || owner.frame !== null) {
      const shape = given.outside === '1' || given.keyframe === '0' ? undefined : shapeOf(tag, given, size);
      if (shape) read.add(owner.frame ?? number(given, 'frame'), owner.track ?? objectOf(given), shape);
    }
  });
  parser.on('closetag', ({ name: tag }) => {
    if (tag === 'track' || tag === 'image') owner = { frame: null, track: null };
  });
  parser.write(xml).close();
  if (!wasAnnotations) throw invalid('it has no element annotations');
  return read;
}

type Attributes = Record<string, string>;

function objectOf({ label = 'object', group_id: group }: Attributes): { key: string; name: string } {
  return { key: group && group !== '0' ? `group ${group} ${label}` : `class ${label}`, name: label };
}

function shapeOf(tag: string, given: Attributes, size: { width: number; height: number }): ReadShape | undefined {
  if (tag === 'polygon') {
    const points = (given.points ?? '').split(/[;,]/).map(Number);
    if (points.length < 6 || points.length % 2 !== 0 || points.some(Number.isNaN))
      throw invalid('a polygon has no points');
    return { kind: 'polygons', polygons: [points] };
  }
  if (tag === 'box') {
    const [left, top] = [number(given, 'xtl'), number(given, 'ytl')];
    return {
      kind: 'polygons',
      polygons: [boxOutline(left, top, number(given, 'xbr') - left, number(given, 'ybr') - top)],
    };
  }
  return tag === 'mask' ? maskOf(given, size) : undefined;
}

/** Run lengths of CVAT go along the rows of the mask's box, background first. */
function maskOf(given: Attributes, { width, height }: { width: number; height: number }): ReadShape {
  const [left, top, columns] = [number(given, 'left'), number(given, 'top'), number(given, 'width')];
  const labels = new Uint8Array(width * height);
  let position = 0;
  for (const [i, text] of (given.rle ?? '').split(',').entries()) {
    const run = Number(text);
    if (!Number.isSafeInteger(run) || run < 0) throw invalid('the run lengths of a mask are no numbers');
    const end = Math.min(position + run, columns * number(given, 'height'));
    for (; position < end; position++) {
      const [x, y] = [left + (position % columns), top + Math.floor(position / columns)];
      if (i % 2 === 1 && x < width && y < height) labels[y * width + x] = 1;
    }
  }
  return { kind: 'rle', rle: encodeRle(labels, width, height, 1) };
}

function number(given: Attributes, name: string): number {
  const value = Number(given[name]);
  if (given[name] === undefined || !Number.isFinite(value)) throw invalid(`the attribute ${name} is no number`);
  return value;
}

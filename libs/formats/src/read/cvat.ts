import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { boxOutline, frameOfName, invalid, ReadAnnotations, type ReadShape } from './annotations';

/** What the shapes within a track or an image belong to. */
interface Owner {
  frame: number | null;
  track: { key: string; name: string } | null;
}

/**
 * CVAT XML 1.1, for video and for images: masks, polygons and boxes. Of tracks the key frames count, on which the object
 * is not outside. Without tracks all shapes of a label are one object, or those of a group.
 */
export function readCvat(xml: string): ReadAnnotations {
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
      const shape = given.outside === '1' || given.keyframe === '0' ? undefined : shapeOf(tag, given);
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

function shapeOf(tag: string, given: Attributes): ReadShape | undefined {
  if (tag === 'polygon') {
    const points = (given.points ?? '').split(/[;,]/).map(Number);
    if (points.length < 6 || points.length % 2 !== 0 || points.some(Number.isNaN))
      throw invalid('a polygon has no points');
    return { kind: 'polygon', outline: points, unit: 'px' };
  }
  if (tag === 'box') {
    const [left, top] = [number(given, 'xtl'), number(given, 'ytl')];
    const outline = boxOutline(left, top, number(given, 'xbr') - left, number(given, 'ybr') - top);
    return { kind: 'polygon', outline, unit: 'px' };
  }
  return tag === 'mask' ? maskOf(given) : undefined;
}

/** Run lengths of CVAT go along the rows of the mask's box, background first. */
function maskOf(given: Attributes): ReadShape {
  const [left, top, width, height] = ['left', 'top', 'width', 'height'].map((name) => number(given, name)) as number[];
  const runs = (given.rle ?? '').split(',').map(Number);
  const whole = [left, top, width, height, ...runs];
  if (whole.some((value) => !Number.isSafeInteger(value) || value! < 0)) {
    throw invalid('the place or the run lengths of a mask are no whole numbers');
  }
  return { kind: 'rows', left: left!, top: top!, width: width!, height: height!, runs };
}

function number(given: Attributes, name: string): number {
  const value = Number(given[name]);
  if (given[name] === undefined || !Number.isFinite(value)) throw invalid(`the attribute ${name} is no number`);
  return value;
}

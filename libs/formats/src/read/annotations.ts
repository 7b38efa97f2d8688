import { CodedError } from '@propago/contracts';
import { decodePng, paintRle, type Rle } from '@propago/labels';
import { fillPolygon } from '../fill-polygon';

interface Size {
  width: number;
  height: number;
}

/** A part of an object on a frame, as a file of another program has it; what it takes to draw it is not done before. */
export type ReadShape =
  | { kind: 'rle'; rle: Rle }
  /** Outline x, y, x, y, …; in px, or in percent of the frame's width and height. */
  | { kind: 'polygon'; outline: number[]; unit: 'px' | 'percent' }
  /** Run lengths along the rows of a box, px, the background first. */
  | { kind: 'rows'; left: number; top: number; width: number; height: number; runs: number[] }
  /** A PNG whose upper left pixel is at x, y of the frame; what is not 0 is the object. */
  | { kind: 'png'; x: number; y: number; png: Buffer };

/** What a file says of one object on one frame. */
export interface ReadObject {
  /** Identity within the file: a track where it has tracks, else a class. */
  key: string;
  name: string;
  shapes: ReadShape[];
}

/** Of one frame: filling takes time, and no program draws more. */
const MOST_SHAPES = 1000;
const MOST_NUMBERS = 200_000;
/** Frames are numbered in up to seven digits. */
const LAST_FRAME = 9_999_999;

/** Frames of a file in the order of their numbers, with what is drawn on each; what comes later lies above. */
export class ReadAnnotations {
  private readonly frames = new Map<number, { shapes: number; numbers: number; objects: Map<string, ReadObject> }>();

  /** @param size of the pictures that the file is about, where it says so */
  constructor(readonly size: Size | null) {}

  /** @throws CodedError ANNOTATIONS_INVALID */
  add(frame: number, { key, name }: Pick<ReadObject, 'key' | 'name'>, shape: ReadShape): void {
    if (!Number.isSafeInteger(frame) || frame < 0 || frame > LAST_FRAME) throw invalid(`it speaks of a frame ${frame}`);
    let on = this.frames.get(frame);
    if (!on) this.frames.set(frame, (on = { shapes: 0, numbers: 0, objects: new Map() }));
    let object = on.objects.get(key);
    if (!object) on.objects.set(key, (object = { key, name, shapes: [] }));
    object.shapes.push(shape);
    on.shapes++;
    on.numbers += shape.kind === 'polygon' ? shape.outline.length : 0;
    if (on.shapes > MOST_SHAPES || on.numbers > MOST_NUMBERS) {
      throw invalid(
        `frame ${frame} has more than ${MOST_SHAPES} shapes, or than ${MOST_NUMBERS / 2} points of polygons`,
      );
    }
  }

  /** Ascending. */
  get frameNumbers(): number[] {
    return [...this.frames.keys()].sort((a, b) => a - b);
  }

  on(frame: number): ReadObject[] {
    return [...(this.frames.get(frame)?.objects.values() ?? [])];
  }
}

/**
 * Draws a shape over what has been drawn.
 * @param labels height x width of the video's frame, row-major
 * @throws CodedError MASK_CORRUPT, MASK_SIZE_MISMATCH, MASK_… of a PNG
 */
export function paintShape(
  shape: ReadShape,
  labels: Uint8Array,
  { width, height, label }: Size & { label: number },
): void {
  if (shape.kind === 'polygon') {
    const scale = shape.unit === 'px' ? [1, 1] : [width / 100, height / 100];
    paintPolygon(
      shape.outline.map((value, i) => value * scale[i % 2]!),
      labels,
      { width, height, label },
    );
  } else if (shape.kind === 'rle') {
    const [rows, columns] = shape.rle.size;
    assertFits({ left: 0, top: 0, width: columns, height: rows }, { width, height, isWhole: true });
    paintRle(shape.rle, labels, label);
  } else if (shape.kind === 'rows') {
    assertFits(shape, { width, height, isWhole: false });
    let position = 0;
    for (const [i, run] of shape.runs.entries()) {
      const end = Math.min(position + run, shape.width * shape.height);
      for (let at = position; i % 2 === 1 && at < end; at++) {
        labels[(shape.top + Math.floor(at / shape.width)) * width + shape.left + (at % shape.width)] = label;
      }
      position = end;
    }
  } else {
    const cut = decodePng(shape.png, { maxSide: Math.max(width, height) + 1, maxPixels: (width + 1) * (height + 1) });
    for (let y = Math.max(0, -shape.y); y < cut.height && shape.y + y < height; y++) {
      for (let x = Math.max(0, -shape.x); x < cut.width && shape.x + x < width; x++) {
        const isInside = cut.samples[(y * cut.width + x) * cut.channels]! > 0;
        if (isInside) labels[(shape.y + y) * width + shape.x + x] = label;
      }
    }
  }
}

/** Only the box of the polygon is looked at. */
function paintPolygon(outline: number[], labels: Uint8Array, { width, height, label }: Size & { label: number }): void {
  const range = (axis: 0 | 1, size: number): [number, number] => {
    let [low, high] = [size, 0];
    for (let i = axis; i < outline.length; i += 2) {
      low = Math.min(low, Math.floor(outline[i]!));
      high = Math.max(high, Math.ceil(outline[i]!));
    }
    return [Math.max(0, low), Math.min(size, high)];
  };
  const [[left, right], [top, bottom]] = [range(0, width), range(1, height)];
  if (left >= right || top >= bottom) return;
  const box = { x: left, y: top, width: right - left, height: bottom - top };
  const pixels = new Uint8Array(box.width * box.height);
  fillPolygon(outline, { ...box, pixels });
  for (let i = 0; i < pixels.length; i++) {
    if (pixels[i] === 1) labels[(top + Math.floor(i / box.width)) * width + left + (i % box.width)] = label;
  }
}

function assertFits(
  box: Size & { left: number; top: number },
  { width, height, isWhole }: Size & { isWhole: boolean },
): void {
  const isInside = box.left >= 0 && box.top >= 0 && box.left + box.width <= width && box.top + box.height <= height;
  if (isWhole ? box.width === width && box.height === height : isInside) return;
  const place = isWhole ? '' : ` at ${box.left}, ${box.top}`;
  throw new CodedError(
    'MASK_SIZE_MISMATCH',
    `A mask is ${box.width}x${box.height} pixels${place}, and the video ${width}x${height}.`,
  );
}

/** x, y, width and height as an outline. */
export const boxOutline = (x: number, y: number, width: number, height: number): number[] => [
  ...[x, y, x + width, y],
  ...[x + width, y + height, x, y + height],
];

export function invalid(detail: string): CodedError {
  return new CodedError('ANNOTATIONS_INVALID', `The file cannot be read as annotations: ${detail}.`);
}

/** The number of a frame by the last digits of a file's name. */
export function frameOfName(name: string): number {
  const digits = /(\d+)\D*$/.exec(name.replace(/\.\w+$/, ''))?.[1];
  if (digits === undefined) throw invalid(`the name ${JSON.stringify(name)} has no number of a frame`);
  return Number(digits);
}

import { CodedError } from '@propago/contracts';
import { encodeRles, paintRle, type Rle } from '@propago/labels';
import { fillPolygon } from '../fill-polygon';

interface Size {
  width: number;
  height: number;
}

/** A part of an object on a frame, as a file of another program has it. */
export type ReadShape =
  | { kind: 'rle'; rle: Rle }
  /** Outlines x, y, x, y, … in px, each filled by its own. */
  | { kind: 'polygons'; polygons: number[][] };

/** What a file says of one object on one frame. */
export interface ReadObject {
  /** Identity within the file: a track where it has tracks, else a class. */
  key: string;
  name: string;
  shapes: ReadShape[];
}

/** Frames of a file in the order of their numbers, with what is drawn on each; what comes later lies above. */
export class ReadAnnotations {
  private readonly frames = new Map<number, Map<string, ReadObject>>();

  /** @param size of the pictures that the file is about, where it says so */
  constructor(readonly size: Size | null) {}

  add(frame: number, { key, name }: Pick<ReadObject, 'key' | 'name'>, shape: ReadShape): void {
    if (!Number.isSafeInteger(frame) || frame < 0) throw invalid(`it speaks of a frame ${frame}`);
    let objects = this.frames.get(frame);
    if (!objects) this.frames.set(frame, (objects = new Map()));
    let object = objects.get(key);
    if (!object) objects.set(key, (object = { key, name, shapes: [] }));
    object.shapes.push(shape);
  }

  /** Ascending. */
  get frameNumbers(): number[] {
    return [...this.frames.keys()].sort((a, b) => a - b);
  }

  on(frame: number): ReadObject[] {
    return [...(this.frames.get(frame)?.values() ?? [])];
  }

  /**
   * The objects of a frame as masks that do not overlap; one that is hidden wholly has none.
   * @throws CodedError MASK_CORRUPT, MASK_SIZE_MISMATCH
   */
  masksOn(frame: number, { width, height }: Size): { object: ReadObject; rle: Rle }[] {
    const objects = this.on(frame);
    const labels = new Uint8Array(width * height);
    for (const [i, { shapes }] of objects.entries()) {
      for (const shape of shapes) paint(shape, labels, { width, height, label: i + 1 });
    }
    const present = new Set(labels);
    const ids = objects.map((_, i) => i + 1).filter((id) => present.has(id));
    const rles = encodeRles(labels, { width, height }, ids);
    return ids.map((id, i) => ({ object: objects[id - 1]!, rle: rles[i]! }));
  }
}

function paint(shape: ReadShape, labels: Uint8Array, { width, height, label }: Size & { label: number }): void {
  if (shape.kind === 'rle') {
    const [rows, columns] = shape.rle.size;
    if (rows !== height || columns !== width) {
      throw new CodedError(
        'MASK_SIZE_MISMATCH',
        `A mask is ${columns}x${rows} pixels, and the video ${width}x${height}.`,
      );
    }
    paintRle(shape.rle, labels, label);
    return;
  }
  for (const polygon of shape.polygons) {
    const pixels = new Uint8Array(labels.length);
    fillPolygon(polygon, { x: 0, y: 0, width, height, pixels });
    for (let i = 0; i < labels.length; i++) if (pixels[i] === 1) labels[i] = label;
  }
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

import { decode, encode } from 'fast-png';
import type { Schemas } from './api.js';

/** What a frame shows of each object. */
export interface Mask {
  /** Pixels. */
  width: number;
  height: number;
  /** height x width, row-major: ids of objects, 0 background, 255 void. */
  data: Uint8Array;
}

/** One object of a frame as the API takes it: polygons, run lengths, key points, or that it is absent. */
export type ObjectLabels = Schemas['RunRequest']['prompts'][number]['objects'][number];

/** What is said of a frame: a mask, a PNG, or objects. */
export type Labels = Mask | Blob | ObjectLabels[];

/** The PNG that labels are; undefined of objects. @throws RangeError where a mask has not a value for each pixel */
export function pngOf(labels: Labels): Blob | undefined {
  if (Array.isArray(labels)) return undefined;
  if (labels instanceof Blob) return labels;
  const { width, height, data } = labels;
  if (data.length !== width * height) {
    throw new RangeError(`a mask of ${width} x ${height} has ${width * height} values; this one has ${data.length}`);
  }
  const png = encode({ width, height, data, channels: 1, depth: 8 });
  return new Blob([png as Uint8Array<ArrayBuffer>], { type: 'image/png' });
}

/** An indexed PNG of the server. */
export function maskOf(png: Uint8Array): Mask {
  const { width, height, data } = decode(png);
  return { width, height, data: data as Uint8Array };
}

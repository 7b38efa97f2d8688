import { decode, hasPngSignature, type DecodedPng } from 'fast-png';
import { assertSize, unusable, type Imported, type Size } from './imported';

const VOID = 255;
const MOST_COLOURS = 64;

export const isPng = (bytes: Uint8Array): boolean => bytes.length > 8 && hasPngSignature(bytes.subarray(0, 8));

/** Object ids of a mask: its indices, its grey values, or a number for each of a few flat colours. @throws Problem */
export function readMaskPng(bytes: Uint8Array, size: Size): Imported {
  let png: DecodedPng;
  try {
    png = decode(bytes);
  } catch (error) {
    throw unusable(`It is no PNG that can be read: ${(error as Error).message}.`);
  }
  assertSize(png, size);
  if (png.depth === 16) throw unusable('Its pixels have 16 bits; a mask has 8 or fewer.');
  const values = png.channels <= 2 ? firstChannel(png) : numbersOfColours(png);
  // Black and white alone are one object.
  const isBinary = png.channels <= 2 && values.every((value) => value === 0 || value === VOID);
  const ids = values.map((value) => (value !== VOID ? value : isBinary ? 1 : 0));
  if (ids.every((id) => id === 0)) throw unusable('It shows no object.');
  return { ids, names: new Map() };
}

/** Samples of less than a byte lie several in one. */
function firstChannel({ data, width, height, depth, channels }: DecodedPng): Uint8Array {
  const values = new Uint8Array(width * height);
  if (depth === 8) {
    for (let i = 0; i < values.length; i++) values[i] = data[i * channels]!;
    return values;
  }
  const perByte = 8 / depth;
  const row = Math.ceil(width / perByte);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const shift = 8 - depth * ((x % perByte) + 1);
      values[y * width + x] = (data[y * row + Math.floor(x / perByte)]! >> shift) & ((1 << depth) - 1);
    }
  }
  return values;
}

/** Black and what is transparent are background; other colours count from 1 in the order of their hex codes. */
function numbersOfColours({ data, width, height, channels }: DecodedPng): Uint8Array {
  const colours = new Uint32Array(width * height);
  for (let i = 0, at = 0; i < colours.length; i++, at += channels) {
    const isSeen = channels === 3 || data[at + 3]! > 127;
    colours[i] = isSeen ? (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]! : 0;
  }
  const found = [...new Set(colours)].filter((colour) => colour !== 0).sort((a, b) => a - b);
  if (found.length > MOST_COLOURS) {
    throw unusable(`It has ${found.length} colours: a mask has a flat colour for each object, without soft edges.`);
  }
  const numbers = new Map([[0, 0], ...found.map((colour, i) => [colour, i + 1] as const)]);
  return Uint8Array.from(colours, (colour) => numbers.get(colour)!);
}

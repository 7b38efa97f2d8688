import sharp from 'sharp';
import { handmadePng } from './png/handmade-png.fixture';
import { encodeIndexedPng } from './png/encode-indexed-png';
import type { Values } from './shades';

/** A label map to be written in one of the ways in which users write them. */
export type Picture = Values;

/** A picture whose values are given by position. */
export function picture(width: number, height: number, valueAt: (x: number, y: number) => number): Picture {
  const values = Uint8Array.from({ length: width * height }, (_, i) => valueAt(i % width, Math.floor(i / width)));
  return { width, height, values };
}

/** Squares of one value each, side by side with a margin, on a ground. */
export function squares(values: readonly number[], ground = 0, side = 6): Picture {
  const columns = Math.ceil(Math.sqrt(values.length));
  const cell = side + 4;
  const rows = Math.ceil(values.length / columns);
  return picture(columns * cell, rows * cell, (x, y) => {
    const value = values[Math.floor(y / cell) * columns + Math.floor(x / cell)];
    const inside = x % cell >= 2 && x % cell < side + 2 && y % cell >= 2 && y % cell < side + 2;
    return inside && value !== undefined ? value : ground;
  });
}

/** As a PNG of 8-bit samples whose pixels are those that `pixelOf` gives each value. */
export function samplesPng(
  { width, height, values }: Picture,
  colourType: 0 | 2 | 4 | 6,
  pixelOf: (value: number) => number[],
): Buffer {
  const scanlines = Array.from({ length: height }, (_, y) => [
    0,
    ...[...values.subarray(y * width, (y + 1) * width)].flatMap(pixelOf),
  ]).flat();
  return handmadePng({ width, height, bitDepth: 8, colourType, scanlines });
}

export const grey = (of: Picture): Buffer => samplesPng(of, 0, (value) => [value]);

/** RGB triples of the greys, the palette that `convert('P')` of a grey picture has. */
export const GREY_RAMP = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));

export const palettePng = ({ width, height, values }: Picture, palette: Uint8Array): Buffer =>
  encodeIndexedPng({ width, height, indices: values, palette });

/** White shapes on black, drawn large and made small by one of the usual filters, so that their edges have shades. */
export async function antiAliased(
  shape: string,
  { width, height }: { width: number; height: number },
  kernel: 'linear' | 'cubic' | 'mitchell' | 'lanczos2' | 'lanczos3',
  scale: number,
): Promise<Picture> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="${width * scale}" height="${height * scale}"
    preserveAspectRatio="none" shape-rendering="crispEdges"><rect width="100" height="100"/><g fill="#fff" stroke="none">${shape}</g></svg>`;
  // Drawn first: libvips would draw the shapes at the small size, and nothing would be resampled.
  const large = await sharp(Buffer.from(svg)).png().toBuffer();
  const { data } = await sharp(large)
    .resize(width, height, { kernel, fit: 'fill' })
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width, height, values: new Uint8Array(data) };
}

import { CodedError } from '@propago/contracts';
import { isShaded, valuesOf } from './shades';

/** Marks pixels that belong to no class, as DAVIS and PASCAL VOC write it; white in a black and white mask. */
export const VOID = 255;
/** Grey values up to this are class ids: shades of an anti-aliased edge reach further. */
const MAX_SURE_ID = 64;
/** RGB triples of the greys 0 to 255. */
const GREYS = Uint8Array.from({ length: 3 * 256 }, (_, i) => Math.floor(i / 3));

/** A picture of palette indices. */
interface PalettePicture extends Omit<GreyPicture, 'bitDepth'> {
  /** RGB triples. */
  palette: Uint8Array;
}

/** One channel of a picture. */
export interface GreyPicture {
  width: number;
  height: number;
  /** Of the file; below 8 the samples are shades, never ids. */
  bitDepth: number;
  /** height x width, row-major. */
  samples: Uint8Array;
}

/** Fewer values between others may be small objects whose colours or indices happen to lie so. */
const FEW_SHADES = 3;

const SHOW_ONE_OBJECT =
  'For one object save exactly two values, 0 and 255: threshold it, as in ' +
  `python3 -c "from PIL import Image; Image.open('mask.png').convert('L').point(lambda v: 255 * (v > 127)).save('mask.png')"`;
const KEEP_IDS =
  'For several objects keep the ids: save a grey or indexed PNG whose value is the class id (1 to 64, 0 background, ' +
  '255 void), never resampled except by nearest neighbour';

/** The refusal of a picture that could be anything: what was found in it, and what to do for each thing that it may be. */
export function notBinary(found: string): CodedError {
  return new CodedError('MASK_NOT_BINARY', `The mask has ${found}. ${SHOW_ONE_OBJECT}. ${KEEP_IDS}.`);
}

/** Replaces a value in place. */
export function replace(labels: Uint8Array, value: number, by: number): Uint8Array {
  for (let at = labels.indexOf(value); at >= 0; at = labels.indexOf(value, at + 1)) labels[at] = by;
  return labels;
}

const spread = (values: number[]): string =>
  values.length === 2
    ? `the values ${values[0]} and ${values[1]}`
    : `${values.length} values from ${values[0]} to ${values[values.length - 1]}`;

/**
 * Grey samples as class ids, in place.
 *
 * | values | become |
 * |---|---|
 * | 0 and 255, or 255 alone | class 1 where 255 |
 * | 0 and v, or v alone | class v; class 1 below 8 bits |
 * | ids up to 64, or all of 0, 1, .., n | themselves; 255 beside them is void if 0 occurs too |
 * | higher ids with 0 and without 255, lying as areas | themselves |
 *
 * @throws CodedError MASK_NOT_BINARY for everything else: shades along edges, and values whose meaning is open
 */
export function greyLabels(picture: GreyPicture): Uint8Array {
  const { samples, width, height, bitDepth } = picture;
  const values = valuesOf(samples);
  const high = values[values.length - 1];
  if (values.length === 1 || (values.length === 2 && values[0] === 0)) {
    return high === VOID || bitDepth < 8 ? replace(samples, high, Math.min(1, high)) : samples;
  }
  if (bitDepth < 8) throw notBinary(`${spread(values)} in ${bitDepth} bits, which are shades`);
  const hasVoid = high === VOID;
  const highestId = hasVoid ? values[values.length - 2] : high;
  const sure = hasVoid ? values[0] === 0 && highestId <= MAX_SURE_ID : highestId <= MAX_SURE_ID;
  const consecutive = values[0] <= 1 && high - values[0] === values.length - 1;
  if (!hasVoid && (sure || consecutive)) return samples;
  if (isShaded({ values: samples, width, height }, GREYS)) {
    throw notBinary(`${spread(values)}, most of them along edges, as anti-aliasing, blur or JPEG leave them`);
  }
  if (sure) return replace(samples, VOID, 0);
  if (hasVoid || values[0] !== 0) {
    const open = hasVoid ? '255 may be void or an object' : 'none of them is 0, the background';
    throw notBinary(`${spread(values)}: ${open}`);
  }
  return samples;
}

/** Palette indices as class ids, in place. @throws CodedError MASK_NOT_BINARY when they are shades */
export function paletteLabels({ samples, width, height, palette }: PalettePicture): Uint8Array {
  const values = valuesOf(samples);
  if (values.length === 2 && values[0] === 0 && values[1] === VOID) return replace(samples, VOID, 1);
  // Indices beyond the palette have no colour of their own.
  const colours = new Uint8Array(GREYS.length);
  colours.set(palette);
  const ids = values.filter((value) => value !== VOID);
  const consecutive = ids[ids.length - 1] === ids.length - 1;
  // The shades are the palette's colours, or, under a palette of other colours, the indices themselves.
  const picture = { values: samples, width, height };
  const inGreys = values.every((value) => new Set(colours.subarray(3 * value, 3 * value + 3)).size === 1);
  const shaded =
    isShaded(picture, colours, inGreys ? 1 : FEW_SHADES) || (!consecutive && isShaded(picture, GREYS, FEW_SHADES));
  if (shaded) {
    throw notBinary(`${values.length} palette colours, most of them along edges, as anti-aliasing leaves them`);
  }
  return replace(samples, VOID, 0);
}

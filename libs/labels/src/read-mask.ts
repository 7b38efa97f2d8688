import { CodedError } from '@propago/contracts';
import { decodePng, PngImage, PngLimits } from './png/decode-png';

/** What a mask may be at most. */
export interface MaskLimits extends PngLimits {
  /** Foreground classes. */
  maxClasses: number;
}

/** For masks that this platform wrote itself, after all checks: they only have to pass. */
export const STORED_MASK_LIMITS: MaskLimits = { maxSide: 65_535, maxPixels: Number.MAX_SAFE_INTEGER, maxClasses: 255 };

/** A mask as class ids. */
export interface LabelMap {
  width: number;
  height: number;
  /** height x width, row-major class ids; 0 is background, void is 0 too. */
  labels: Uint8Array;
  /** The foreground ids that occur, ascending. */
  classIds: number[];
  /** RGB triples of an indexed PNG; null for a grey mask. */
  palette: Uint8Array | null;
}

const VOID = 255;
/** Grey values above this are shades, never class ids. */
const MAX_GREY_CLASS_ID = 64;

function valuesOf(samples: Uint8Array): number[] {
  const seen = new Uint8Array(256);
  for (let i = 0; i < samples.length; i++) seen[samples[i]] = 1;
  return [...seen.keys()].filter((value) => seen[value] === 1);
}

/** The one grey channel of an RGB(A) or grey-alpha image whose pixels are all grey and opaque. */
function greyOf(image: PngImage): Uint8Array {
  const { samples, channels } = image;
  const colours = channels < 3 ? 1 : 3;
  const grey = new Uint8Array(image.width * image.height);
  for (let i = 0, at = 0; i < grey.length; i++, at += channels) {
    const value = samples[at];
    if (colours === 3 && (samples[at + 1] !== value || samples[at + 2] !== value)) {
      throw new CodedError(
        'MASK_COLOUR',
        'The mask is a colour image; save it as an indexed PNG whose index is the class, or as black and white.',
      );
    }
    if (channels > colours && samples[at + colours] !== 255) {
      throw new CodedError(
        'MASK_COLOUR',
        'The mask is partly transparent; save it as an indexed PNG or black and white.',
      );
    }
    grey[i] = value;
  }
  return grey;
}

/** Grey values that are class ids: an 8-bit image with 0, 1, .., n, all of them, 2 <= n <= 64. */
function areClassIds(values: number[], bitDepth: number): boolean {
  const last = values.length - 1;
  return bitDepth === 8 && last >= 2 && last <= MAX_GREY_CLASS_ID && values[last] === last;
}

/** Grey samples as class ids, in place. */
function greyLabels(grey: Uint8Array, bitDepth: number): Uint8Array {
  const values = valuesOf(grey);
  if (areClassIds(values, bitDepth)) return grey;
  const high = values[values.length - 1];
  const binary = values.length === 1 || (values.length === 2 && values[0] === 0);
  if (!binary) {
    const found =
      values.length === 2
        ? `the values ${values[0]} and ${high}`
        : `${values.length} values from ${values[0]} to ${high}`;
    throw new CodedError(
      'MASK_NOT_BINARY',
      `The grey mask has ${found}; save it with exactly two, 0 for background and 255 for the object ` +
        '(threshold it, without anti-aliasing), or as an indexed PNG whose index is the class.',
    );
  }
  for (let i = 0; i < grey.length; i++) if (grey[i] !== 0) grey[i] = 1;
  return grey;
}

/** Palette indices as class ids, in place. */
function paletteLabels(indices: Uint8Array): Uint8Array {
  for (let at = indices.indexOf(VOID); at >= 0; at = indices.indexOf(VOID, at + 1)) indices[at] = 0;
  return indices;
}

/**
 * Reads the label formats that users bring; a frame without foreground is fine.
 *
 * | PNG | becomes |
 * |---|---|
 * | palette, 1 to 8 bits | the index is the class id; 255 (void) is background |
 * | grey with the values 0 and v, or v alone | class 1 where v |
 * | 8-bit grey with all of 0, 1, .., n, 2 <= n <= 64 | class ids: shades of an anti-aliased edge reach further |
 * | RGB(A), grey-alpha, all pixels opaque and grey | as grey |
 * | any other grey | MASK_NOT_BINARY |
 *
 * @throws CodedError MASK_NOT_PNG, MASK_CORRUPT, MASK_TOO_LARGE, MASK_BIT_DEPTH, MASK_COLOUR, MASK_NOT_BINARY,
 * MASK_TOO_MANY_CLASSES
 */
export function readLabels(bytes: Uint8Array, limits: MaskLimits): LabelMap {
  const image = decodePng(bytes, limits);
  const labels =
    image.kind === 'palette'
      ? paletteLabels(image.samples)
      : greyLabels(image.channels === 1 ? image.samples : greyOf(image), image.bitDepth);
  const classIds = valuesOf(labels).filter((id) => id !== 0);
  if (classIds.length > limits.maxClasses) {
    throw new CodedError(
      'MASK_TOO_MANY_CLASSES',
      `The mask has ${classIds.length} classes; at most ${limits.maxClasses} are accepted.`,
    );
  }
  return { width: image.width, height: image.height, labels, classIds, palette: image.palette };
}

/**
 * Reads the mask that a run starts from: as {@link readLabels}, with at least one object.
 * @throws CodedError MASK_EMPTY without foreground, and what readLabels throws
 */
export function readMask(bytes: Uint8Array, limits: MaskLimits): LabelMap {
  const map = readLabels(bytes, limits);
  if (map.classIds.length === 0) {
    throw new CodedError('MASK_EMPTY', 'The mask has no foreground: every pixel is background or void.');
  }
  return map;
}

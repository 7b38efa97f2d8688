import { inflateSync } from 'node:zlib';
import { CodedError } from '@propago/contracts';
import { orientationOf } from './exif-orientation';
import { corrupt, PngHeader, readChunks } from './png-chunks';
import { passesOf, samplesOf, samplesPerPixel, scanlineBytes } from './scanlines';

/** The largest image that is looked at; both are checked before anything is inflated. */
export interface PngLimits {
  /** Pixels, of width and of height. */
  maxSide: number;
  /** Width x height. */
  maxPixels: number;
}

/**
 * A decoded PNG whose samples are kept as stored: palette indices stay indices, grey is not scaled to 8 bits. 16-bit
 * grey is given as 8 bits where its values allow that.
 */
export interface PngImage {
  width: number;
  height: number;
  /** 1, 2, 4 or 8. */
  bitDepth: number;
  kind: 'grey' | 'palette' | 'rgb' | 'grey-alpha' | 'rgba';
  /** Samples per pixel: 1, 2 (grey-alpha), 3 (rgb) or 4 (rgba). */
  channels: number;
  /** height x width x channels, row-major, one byte per sample. */
  samples: Uint8Array;
  /** RGB triples of a palette image, as many as the file has; null for the other kinds. */
  palette: Uint8Array | null;
}

const KINDS: Record<number, PngImage['kind']> = { 0: 'grey', 2: 'rgb', 3: 'palette', 4: 'grey-alpha', 6: 'rgba' };
/** Deflate cannot expand its input by more than this. */
const MAX_DEFLATE_RATIO = 1032;

function checkHeader(header: PngHeader, limits: PngLimits): void {
  const { width, height } = header;
  if (width > limits.maxSide || height > limits.maxSide || width * height > limits.maxPixels) {
    throw new CodedError(
      'MASK_TOO_LARGE',
      `The mask is ${width}x${height} pixels; at most ${limits.maxSide} per side and ${limits.maxPixels} in all are accepted.`,
    );
  }
  if (header.bitDepth === 16 && header.colourType !== 0) {
    throw new CodedError(
      'MASK_BIT_DEPTH',
      'The mask is a colour image with 16 bits per sample; save it with 8, best as an indexed PNG whose index is the class.',
    );
  }
}

/**
 * 16-bit grey samples as bytes: ids that fit as they are, and 8-bit greys that were widened (0xabab) narrowed again.
 * @param wide two bytes per sample, the high one first
 */
function narrow(wide: Uint8Array): Uint8Array {
  const samples = new Uint8Array(wide.length / 2);
  let highest = 0;
  let widened = true;
  for (let i = 0; i < samples.length; i++) {
    const [high, low] = [wide[2 * i], wide[2 * i + 1]];
    samples[i] = low;
    if (high !== low) widened = false;
    if (high * 256 + low > highest) highest = high * 256 + low;
  }
  if (highest > 255 && !widened) {
    throw new CodedError(
      'MASK_BIT_DEPTH',
      `The mask has 16 bits per sample and values up to ${highest}; renumber its classes to ids from 1 to 254 and save ` +
        'it with 8 bits.',
    );
  }
  return samples;
}

/** Whoever drew the mask may have seen it turned or not: programs differ in whether they follow a PNG's orientation. */
function refuseTurned(exif: Uint8Array | null): void {
  const orientation = exif === null ? 1 : orientationOf(exif);
  if (orientation === 1) return;
  throw new CodedError(
    'MASK_ORIENTATION',
    `The mask says that it is turned (EXIF orientation ${orientation}), which some programs show and others do not; save it ` +
      `upright: python3 -c "from PIL import Image, ImageOps; ImageOps.exif_transpose(Image.open('mask.png')).save('mask.png')" ` +
      'where it was drawn turned, else without its EXIF data.',
  );
}

function inflate(data: Uint8Array[], expected: number): Uint8Array {
  const packed = data.length === 1 ? data[0] : Buffer.concat(data);
  // A header that promises more than its data can hold is refused before memory is taken for it.
  if (expected > packed.length * MAX_DEFLATE_RATIO) throw corrupt('its image data is too short for its size');
  let scanlines: Uint8Array;
  try {
    scanlines = inflateSync(packed, { maxOutputLength: expected, chunkSize: Math.max(64, expected) });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw corrupt('its image data is longer than its size allows', error);
    throw corrupt('its image data cannot be inflated', error);
  }
  if (scanlines.length !== expected) throw corrupt('its image data is too short for its size');
  return scanlines;
}

/**
 * Decodes a PNG of any colour type, interlaced or not, keeping indices and palette.
 * Safe for untrusted files: size limits come first, and inflating stops at exactly the bytes that the size needs.
 * Colour correction, transparency and animation chunks are ignored. Palette indices beyond the palette are kept:
 * in a mask the index is the class, and the palette only its colour.
 * @throws CodedError MASK_NOT_PNG, MASK_TOO_LARGE, MASK_BIT_DEPTH (16 bits that do not fit 8), MASK_ORIENTATION,
 *   MASK_CORRUPT
 */
export function decodePng(bytes: Uint8Array, limits: PngLimits): PngImage {
  const { header, palette, data, exif } = readChunks(bytes, (found) => checkHeader(found, limits));
  refuseTurned(exif);
  const passes = passesOf(header);
  const samples = samplesOf(inflate(data, scanlineBytes(passes)), header, passes);
  return {
    width: header.width,
    height: header.height,
    bitDepth: Math.min(8, header.bitDepth),
    kind: KINDS[header.colourType],
    channels: samplesPerPixel(header),
    samples: header.bitDepth === 16 ? narrow(samples) : samples,
    palette: header.colourType === 3 && palette ? palette.slice() : null,
  };
}

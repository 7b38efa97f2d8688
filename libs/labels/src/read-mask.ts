import { CodedError } from '@propago/contracts';
import { colourLabels, type ColourLabels, coloursOf, contentOf, cutOut, greyOf } from './colour-labels';
import { greyLabels, paletteLabels, replace, VOID } from './grey-labels';
import { decodePng, PngImage, PngLimits } from './png/decode-png';
import { valuesOf } from './shades';

/** What a mask may be at most. */
export interface MaskLimits extends PngLimits {
  /** Foreground classes. */
  maxClasses: number;
}

/** For masks that this platform wrote itself, after all checks: they only have to pass. */
const STORED_MASK_LIMITS: PngLimits = { maxSide: 65_535, maxPixels: Number.MAX_SAFE_INTEGER };

/** A mask as class ids. */
export interface LabelMap {
  width: number;
  height: number;
  /** height x width, row-major class ids; 0 is background, void is 0 too. */
  labels: Uint8Array;
  /** The foreground ids that occur, ascending. */
  classIds: number[];
  /** RGB triples from id 0 on; null where the file gives its classes no colours. */
  palette: Uint8Array | null;
}

/** Soft edges of what is visible leave open where the object ends. */
function refuseSoftAlpha({ samples, channels }: PngImage): void {
  for (let at = channels - 1; at < samples.length; at += channels) {
    if (samples[at] === 0 || samples[at] === 255) continue;
    throw new CodedError(
      'MASK_COLOUR',
      'The mask is partly transparent; make each pixel fully visible or fully transparent, as in ' +
        `python3 -c "from PIL import Image; Image.open('mask.png').getchannel('A').point(lambda a: 255 * (a > 127)).save('mask.png')"`,
    );
  }
}

/** Grey with alpha, RGB and RGBA: what the visible pixels show decides how they are read. */
function labelsOfColourImage(image: PngImage): ColourLabels {
  if (image.channels % 2 === 0) refuseSoftAlpha(image);
  const colours = coloursOf(image);
  const content = contentOf(colours);
  if (content.kind === 'cut-out') return cutOut(image, content.colour);
  if (content.kind === 'flat-colours') return colourLabels(image, colours);
  return { labels: greyLabels({ ...image, samples: greyOf(image) }), palette: null };
}

/**
 * Whether a program that reduces colours chose the indices: it writes the colours in use and no others, in an order of
 * its own. The index then says nothing; in a label map, 0 is the background, and black where anything is.
 */
function isQuantised(palette: Uint8Array, used: number[]): boolean {
  if (palette.length !== 3 * used.length || used[used.length - 1] !== used.length - 1) return false;
  const blacks = used.filter((index) => palette.subarray(3 * index, 3 * index + 3).every((value) => value === 0));
  return blacks.length > 0 && blacks[0] !== 0;
}

/** A palette picture as the RGB picture that it shows. */
function shown({ width, height, samples: indices }: PngImage, palette: Uint8Array): PngImage {
  const samples = new Uint8Array(3 * indices.length);
  for (let i = 0; i < indices.length; i++) {
    for (let c = 0; c < 3; c++) samples[3 * i + c] = palette[3 * indices[i] + c];
  }
  return { width, height, bitDepth: 8, kind: 'rgb', channels: 3, samples, palette: null };
}

function labelsOf(image: PngImage): ColourLabels {
  const { kind, palette } = image;
  if (kind === 'grey') return { labels: greyLabels(image), palette: null };
  if (kind !== 'palette' || !palette) return labelsOfColourImage(image);
  const used = valuesOf(image.samples);
  if (isQuantised(palette, used)) return labelsOfColourImage(shown(image, palette));
  // The colours of a black and white palette say nothing of the one class that it becomes.
  const blackAndWhite = used.length === 2 && used[0] === 0 && used[1] === VOID;
  return { labels: paletteLabels({ ...image, palette }), palette: blackAndWhite ? null : palette };
}

/**
 * Reads the label formats that users bring; a frame without foreground is fine.
 *
 * | PNG | becomes |
 * |---|---|
 * | palette, 1 to 8 bits | the index is the class id; 255 (void) is background |
 * | palette with 0 and 255 alone | class 1 where 255, as in grey |
 * | palette of just its colours, black not the first | as RGB: a program that reduces colours chose the indices |
 * | grey | see {@link greyLabels}; 16 bits too, where the values fit |
 * | RGB(A), grey-alpha, all visible pixels grey | as grey, 0 where it is transparent |
 * | RGB(A) of few flat colours | a class for each colour, see {@link colourLabels} |
 * | transparent around one colour, or around a photograph | class 1 where it is visible |
 * | shades along edges, in whatever kind | MASK_NOT_BINARY, MASK_COLOUR |
 *
 * @throws CodedError MASK_NOT_PNG, MASK_CORRUPT, MASK_TOO_LARGE, MASK_BIT_DEPTH, MASK_COLOUR, MASK_NOT_BINARY,
 * MASK_TOO_MANY_CLASSES, MASK_ORIENTATION
 */
export function readLabels(bytes: Uint8Array, limits: MaskLimits): LabelMap {
  const image = decodePng(bytes, limits);
  const { labels, palette } = labelsOf(image);
  const classIds = valuesOf(labels).filter((id) => id !== 0);
  if (classIds.length > limits.maxClasses) {
    throw new CodedError(
      'MASK_TOO_MANY_CLASSES',
      `The mask has ${classIds.length} classes; at most ${limits.maxClasses} are accepted.`,
    );
  }
  return { width: image.width, height: image.height, labels, classIds, palette };
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

/**
 * Reads an indexed mask that this platform wrote: the index is the class id, whatever the mask looks like.
 * @throws CodedError MASK_NOT_PNG, MASK_CORRUPT
 */
export function readStoredMask(bytes: Uint8Array): LabelMap {
  const { width, height, samples, palette } = decodePng(bytes, STORED_MASK_LIMITS);
  const labels = replace(samples, VOID, 0);
  return { width, height, labels, classIds: valuesOf(labels).filter((id) => id !== 0), palette };
}

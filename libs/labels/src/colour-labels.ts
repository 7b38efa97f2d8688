import { CodedError } from '@propago/contracts';
import { VOID } from './grey-labels';
import { VOC_PALETTE } from './palette';
import type { PngImage } from './png/decode-png';
import { isShaded } from './shades';

/** Stands for all transparent pixels, beside 0xrrggbb for the visible ones. */
const TRANSPARENT = 0x1000000;
const BLACK = 0;
/** With an entry for what is transparent, a byte counts no more. */
const MAX_FLAT_COLOURS = 255;
/** A picture with more colours than this is a photograph; painted areas with soft edges have fewer. */
const MANY_COLOURS = 4096;
/** A painted picture has at most so many colours, soft edges not counted, or a few main ones that cover so much of it. */
const PAINTED = { colours: 128, mainColours: 8, share: 0.8 };

/** Class ids with the colours that they had. */
export interface ColourLabels {
  labels: Uint8Array;
  /** RGB triples from id 0 on; null where the colours say nothing, or are those of PASCAL VOC. */
  palette: Uint8Array | null;
}

/** The colours of a picture, each with its number of pixels. */
export interface Colours {
  pixels: Map<number, number>;
  /** Whether there are more colours than were counted. */
  more: boolean;
}

/** 0xrrggbb of pixel i; {@link TRANSPARENT} when it does not show. */
function colourAt({ samples, channels }: PngImage, i: number): number {
  const at = i * channels;
  if (channels % 2 === 0 && samples[at + channels - 1] === 0) return TRANSPARENT;
  return channels < 3 ? samples[at] * 0x10101 : (samples[at] << 16) | (samples[at + 1] << 8) | samples[at + 2];
}

/** Counts colours up to the number that only a photograph has. */
export function coloursOf(image: PngImage): Colours {
  const pixels = new Map<number, number>();
  const count = image.width * image.height;
  for (let i = 0, start = 0; i < count; i = start) {
    const colour = colourAt(image, i);
    for (start = i + 1; start < count && colourAt(image, start) === colour;) start++;
    pixels.set(colour, (pixels.get(colour) ?? 0) + start - i);
    if (pixels.size > MANY_COLOURS) return { pixels, more: true };
  }
  return { pixels, more: false };
}

const isGrey = (colour: number): boolean => colour === (colour & 0xff) * 0x10101;

/** What the visible pixels of a picture are. */
export type Content =
  /** Nothing, or one colour, or a photograph cut out: what is visible is the object. */
  { kind: 'cut-out'; colour: number | null } | { kind: 'grey' } | { kind: 'flat-colours' };

/** @throws CodedError MASK_COLOUR for a picture that is neither flat colours nor cut out of its surroundings */
export function contentOf({ pixels, more }: Colours): Content {
  const visible = [...pixels.keys()].filter((colour) => colour !== TRANSPARENT);
  const photograph = more || isPhotograph(pixels);
  if (pixels.has(TRANSPARENT)) {
    if (visible.length <= 1) return { kind: 'cut-out', colour: visible[0] ?? null };
    if (photograph) return { kind: 'cut-out', colour: null };
  }
  if (!more && visible.every(isGrey)) return { kind: 'grey' };
  if (visible.length <= MAX_FLAT_COLOURS) return { kind: 'flat-colours' };
  throw shadedColours(more ? `more than ${MANY_COLOURS}` : String(visible.length));
}

/** Whether there are many colours, and a few of them do not make up most of what is visible. */
function isPhotograph(pixels: Map<number, number>): boolean {
  const counts = [...pixels].filter(([colour]) => colour !== TRANSPARENT).map(([, count]) => count);
  const sum = (list: number[]): number => list.reduce((total, count) => total + count, 0);
  const most = counts.sort((a, b) => b - a).slice(0, PAINTED.mainColours);
  return counts.length > PAINTED.colours && sum(most) < PAINTED.share * sum(counts);
}

function shadedColours(count: string): CodedError {
  return new CodedError(
    'MASK_COLOUR',
    `The mask has ${count} colours, as a photograph, anti-aliasing or JPEG leaves them; paint each class in one flat ` +
      'colour without soft edges, or save an indexed PNG whose index is the class.',
  );
}

/** Class 1 where a picture is visible. */
export function cutOut(image: PngImage, colour: number | null): ColourLabels {
  const labels = new Uint8Array(image.width * image.height);
  for (let i = 0; i < labels.length; i++) labels[i] = colourAt(image, i) === TRANSPARENT ? 0 : 1;
  return { labels, palette: colour === null || isGrey(colour) ? null : paletteOf([BLACK, colour]) };
}

/** The first channel, 0 where it is transparent. */
export function greyOf(image: PngImage): Uint8Array {
  const grey = new Uint8Array(image.width * image.height);
  for (let i = 0; i < grey.length; i++) grey[i] = colourAt(image, i) & 0xff;
  return grey;
}

/**
 * A class for each flat colour. Transparent and black pixels are the background; a picture with neither has the most
 * usual colour of its border as background. Where all colours are of the PASCAL-VOC palette, their ids are those of the
 * palette; else ids count from 1, in the order of 0xrrggbb, so that the same colours have the same ids in every picture.
 * @throws CodedError MASK_COLOUR when the colours are shades along edges
 */
export function colourLabels(image: PngImage, { pixels }: Colours): ColourLabels {
  const { width, height } = image;
  const colours = [...pixels.keys()].sort((a, b) => a - b);
  const indexOf = new Map(colours.map((colour, index) => [colour, index]));
  const indices = new Uint8Array(width * height);
  for (let i = 0; i < indices.length; i++) indices[i] = indexOf.get(colourAt(image, i))!;
  const visible = colours.filter((colour) => colour !== TRANSPARENT);
  if (isShaded({ values: indices, width, height }, paletteOf(colours))) throw shadedColours(String(visible.length));

  const vocIds = visible.map((colour) => VOC_COLOURS.indexOf(colour));
  if (vocIds.every((id) => id >= 0)) {
    // A transparent entry, the last one, is background like void.
    const ids = Uint8Array.from([...vocIds.map((id) => (id === VOID ? 0 : id)), 0]);
    return { labels: indices.map((index) => ids[index]), palette: null };
  }
  const background = new Set([BLACK, TRANSPARENT].filter((colour) => pixels.has(colour)));
  if (background.size === 0) background.add(colours[mostUsualOnBorder(indices, width, height)]);
  const classes = colours.filter((colour) => !background.has(colour));
  const ids = Uint8Array.from(colours, (colour) => classes.indexOf(colour) + 1);
  return { labels: indices.map((index) => ids[index]), palette: paletteOf([[...background][0], ...classes]) };
}

const VOC_COLOURS = Array.from(
  { length: VOC_PALETTE.length / 3 },
  (_, i) => (VOC_PALETTE[3 * i] << 16) | (VOC_PALETTE[3 * i + 1] << 8) | VOC_PALETTE[3 * i + 2],
);

/** RGB triples; what is transparent is black. */
function paletteOf(colours: number[]): Uint8Array {
  return Uint8Array.from(colours.flatMap((colour) => [(colour >> 16) & 0xff, (colour >> 8) & 0xff, colour & 0xff]));
}

function mostUsualOnBorder(indices: Uint8Array, width: number, height: number): number {
  const counts = new Uint32Array(256);
  for (let x = 0; x < width; x++) for (const y of [0, height - 1]) counts[indices[y * width + x]]++;
  for (let y = 0; y < height; y++) for (const x of [0, width - 1]) counts[indices[y * width + x]]++;
  return counts.indexOf(Math.max(...counts));
}

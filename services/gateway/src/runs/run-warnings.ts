import type { InputSizeRule } from '@propago/encoder';
import { largestThatFits } from '@propago/encoder';
import type { RunWarning } from '@propago/contracts';
import { classShapes, type ClassShape, type LabelMap } from '@propago/labels';

/** What a run was accepted with, as far as it decides how finely the encoder sees the mask. */
export interface SeenAs {
  encoder: { name: string; patchSize: number; inputMultiple?: number };
  /** Rule, and the size (px) that follows from it. */
  rule: InputSizeRule;
  input: { width: number; height: number };
  /** The largest input that this server accepts. */
  maxInputPixels: number;
}

/**
 * With the shipped encoder and the default preset, a moving square of one patch has an IoU of 0.2 in frame 6, one of 1.5
 * patches a side 0.3 to 0.6, one of 3 patches 0.8; a line 0.3 to 0.4 when it is half a patch thick, 0.6 to 0.7 when it is
 * one. A larger input helps, also beyond the video's own resolution: at 320x240, with short sides of 240, 480 (the preset's)
 * and 720 px, a square of 6 px has 0.22, 0.48 and 0.74, a line of 2 px 0.14, 0.37 and 0.66.
 * `npm run bench:small-objects -- --short-side 720` prints the table.
 */
const LEAST = { areaPatches: 2, thicknessPatches: 1 };
/** Regions below this share of a patch, beside one of at least MAIN_PATCHES, are stray strokes or noise. */
const STRAY_PATCHES = 0.25;
const MAIN_PATCHES = 4;
const INVERTED = { border: 0.95, area: 0.5 };
/** So many classes are named in one warning. */
const NAMED = 5;
const LARGEST_SHORT_SIDE = 2160;

/**
 * What will probably disappoint about a mask.
 * @param mask of the size of the video
 */
export function warningsOf(mask: LabelMap, seen: SeenAs): RunWarning[] {
  const patch = {
    width: (seen.encoder.patchSize * mask.width) / seen.input.width,
    height: (seen.encoder.patchSize * mask.height) / seen.input.height,
  };
  const shapes = classShapes(mask);
  return [...smallObjects(shapes, patch, seen), ...strayRegions(shapes, patch), ...inverted(mask, shapes)];
}

interface Patch {
  width: number;
  height: number;
}

const px = (value: number): string => `${Math.round(value * 10) / 10}`;

function named(shapes: readonly ClassShape[], what: (shape: ClassShape) => string): string {
  const list = shapes.slice(0, NAMED).map((shape) => `class ${shape.id} (${what(shape)})`);
  return shapes.length > NAMED ? `${list.join(', ')} and ${shapes.length - NAMED} more` : list.join(', ');
}

function smallObjects(shapes: readonly ClassShape[], patch: Patch, seen: SeenAs): RunWarning[] {
  const side = Math.sqrt(patch.width * patch.height);
  const tiny = shapes.filter(({ area }) => area < LEAST.areaPatches * patch.width * patch.height);
  const thin = shapes.filter((shape) => !tiny.includes(shape) && shape.thickness < LEAST.thicknessPatches * side);
  const seenIn = `${seen.encoder.name} sees this video in patches of ${px(patch.width)}x${px(patch.height)} px`;
  const least = Math.min(...[...tiny, ...thin].map(({ thickness }) => thickness));
  const help = whatHelps((Math.SQRT2 * side) / least, seen);
  return [
    ...(tiny.length > 0
      ? [
          {
            code: 'OBJECT_TINY' as const,
            detail: `${seenIn}, and smaller than two of them are: ${named(tiny, ({ area }) => `${area} pixels`)}. They may be lost within a few frames; ${help}.`,
          },
        ]
      : []),
    ...(thin.length > 0
      ? [
          {
            code: 'OBJECT_THIN' as const,
            detail: `${seenIn}, and thinner are: ${named(thin, ({ thickness }) => `${thickness} px`)}. They may be lost within a few frames; ${help}.`,
          },
        ]
      : []),
  ];
}

/** @param times by which patches would have to be smaller */
function whatHelps(times: number, { rule, input, encoder, maxInputPixels }: SeenAs): string {
  const wanted = Math.ceil((Math.min(input.width, input.height) * times) / encoder.patchSize) * encoder.patchSize;
  const others = 'an encoder with smaller patches, or a video cropped around the object';
  const larger: InputSizeRule = {
    kind: 'short-side',
    shortSide: Math.min(LARGEST_SHORT_SIDE, wanted),
    multipleOf: rule.kind === 'fixed' ? encoder.patchSize : rule.multipleOf,
    rounding: rule.kind === 'fixed' ? 'nearest' : rule.rounding,
  };
  const fits = largestThatFits(larger, input, encoder, maxInputPixels);
  const helps = fits?.kind === 'short-side' && fits.shortSide > Math.min(input.width, input.height);
  return helps ? `what helps is inputSize ${JSON.stringify(fits)}, ${others}` : `what helps is ${others}`;
}

function strayRegions(shapes: readonly ClassShape[], patch: Patch): RunWarning[] {
  const pixels = patch.width * patch.height;
  const strays = ({ regions }: ClassShape) => regions.filter((region) => region < STRAY_PATCHES * pixels);
  const untidy = shapes.filter((shape) => shape.regions[0]! >= MAIN_PATCHES * pixels && strays(shape).length > 0);
  if (untidy.length === 0) return [];
  const found = named(untidy, (shape) => `${strays(shape).length}, of at most ${strays(shape)[0]} pixels`);
  return [
    {
      code: 'OBJECT_STRAY_REGIONS',
      detail: `Tiny regions lie apart from the rest of ${found}. Each starts a label of its own; erase them if they are stray strokes.`,
    },
  ];
}

function inverted({ width, height, labels }: LabelMap, shapes: readonly ClassShape[]): RunWarning[] {
  // A scene of which every part is a class has no background by intention.
  if (shapes.length !== 1) return [];
  let border = 0;
  for (let x = 0; x < width; x++) border += Number(labels[x] !== 0) + Number(labels[labels.length - 1 - x] !== 0);
  for (let y = 0; y < height; y++) {
    border += Number(labels[y * width] !== 0) + Number(labels[(y + 1) * width - 1] !== 0);
  }
  const share = shapes[0]!.area / labels.length;
  if (border < INVERTED.border * 2 * (width + height) || share < INVERTED.area) return [];
  return [
    {
      code: 'MASK_PERHAPS_INVERTED',
      detail:
        `The one class covers ${Math.round(share * 100)} % of the frame and nearly all of its border; if background and ` +
        'object are exchanged, invert the mask.',
    },
  ];
}

import { PropagationParameters } from '@propago/contracts';

/**
 * How the size at which frames are encoded follows from the size of the video.
 * - `short-side`: the short side becomes `shortSide` px, the long side keeps the aspect ratio and is then rounded to
 *   `multipleOf` (so the ratio is kept only up to that); a square video counts as landscape.
 * - `fixed`: always this size; the aspect ratio is not kept.
 * - `native`: the video's own size, each side rounded to `multipleOf`.
 */
export type InputSizeRule = PropagationParameters['inputSize'];

export interface Size {
  width: number;
  height: number;
}

/**
 * The size (px) at which an encoder sees a video: by the rule, then each side rounded again, the same way, to what the
 * encoder accepts, at least one patch. `fixed` sides are rounded down.
 * @param encoder `inputMultiple` px, by default the patch size
 */
export function inputSize(
  rule: InputSizeRule,
  video: Size,
  encoder: { patchSize: number; inputMultiple?: number },
): Size {
  const multiple = encoder.inputMultiple ?? encoder.patchSize;
  const wanted = wantedSize(rule, video);
  const how = rule.kind === 'fixed' ? 'floor' : rule.rounding;
  return { width: roundTo(wanted.width, multiple, how), height: roundTo(wanted.height, multiple, how) };
}

function wantedSize(rule: InputSizeRule, video: Size): Size {
  if (rule.kind === 'fixed') return { width: rule.width, height: rule.height };
  if (rule.kind === 'native') {
    const { multipleOf, rounding } = rule;
    return { width: roundTo(video.width, multipleOf, rounding), height: roundTo(video.height, multipleOf, rounding) };
  }
  const { shortSide, multipleOf, rounding } = rule;
  const long = (across: number, along: number) => roundTo((shortSide * along) / across, multipleOf, rounding);
  return video.height > video.width
    ? { width: shortSide, height: long(video.width, video.height) }
    : { width: long(video.height, video.width), height: shortSide };
}

function roundTo(value: number, multiple: number, how: 'floor' | 'nearest' | 'ceil'): number {
  const round = { floor: Math.floor, nearest: Math.round, ceil: Math.ceil }[how];
  return Math.max(1, round(value / multiple)) * multiple;
}

/** The least short side that an option may ask for, px. */
const LEAST_SIDE = 32;

/**
 * The rule closest to the given one whose input has at most `maxPixels`; null where not even the least size does.
 * The short side that it names is one that the encoder takes as it is, where there is such a one.
 */
export function largestThatFits(
  rule: InputSizeRule,
  video: Size,
  encoder: { patchSize: number; inputMultiple?: number },
  maxPixels: number,
): InputSizeRule | null {
  const multiple = encoder.inputMultiple ?? encoder.patchSize;
  const from = inputSize(rule, video, encoder);
  const at = (shortSide: number): InputSizeRule => {
    if (rule.kind === 'short-side') return { ...rule, shortSide };
    if (rule.kind === 'native') return { ...rule, kind: 'short-side', shortSide };
    const scale = shortSide / Math.min(rule.width, rule.height);
    const side = (length: number) => Math.max(LEAST_SIDE, Math.floor((length * scale) / multiple) * multiple);
    return { ...rule, width: side(rule.width), height: side(rule.height) };
  };
  const longest = Math.min(from.width, from.height);
  const sides = Array.from({ length: Math.max(0, longest - LEAST_SIDE + 1) }, (_, i) => longest - i);
  const fits = (shortSide: number): boolean => {
    const { width, height } = inputSize(at(shortSide), video, encoder);
    return width * height <= maxPixels;
  };
  const best = sides.find((side) => side % multiple === 0 && fits(side)) ?? sides.find(fits);
  return best === undefined ? null : at(best);
}

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

import type { MaskLimits } from '@propago/labels';
import type { ConfigOf } from '@propago/runtime';

/** What this server accepts of a mask. */
export function maskLimits({ MAX_SIDE, MAX_CLASSES }: ConfigOf<'gateway'>): MaskLimits {
  return { maxSide: MAX_SIDE, maxPixels: MAX_SIDE * MAX_SIDE, maxClasses: MAX_CLASSES };
}

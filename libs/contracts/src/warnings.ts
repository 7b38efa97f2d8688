/**
 * What is said of a run that was accepted but will probably disappoint: one sentence for each code. A code is part of
 * the API, as those of errors are.
 */
export const WARNINGS = {
  OBJECT_TINY: 'An object is smaller than two of the patches in which the encoder sees the video.',
  OBJECT_THIN: 'An object is thinner than the patches in which the encoder sees the video.',
  OBJECT_STRAY_REGIONS: 'A class has tiny regions away from its object.',
  MASK_PERHAPS_INVERTED: 'The mask covers the border of the frame and most of its area.',
} as const;

export type WarningCode = keyof typeof WARNINGS;

/** One warning; `detail` says what exactly, and what would help. */
export interface RunWarning {
  code: WarningCode;
  detail: string;
}

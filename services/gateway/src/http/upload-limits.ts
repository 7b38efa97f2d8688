/** Of the parts beside the video of POST /v1/runs: of all masks together, of the options, and of each JSON part of labels. */
export const MAX_MASK_BYTES = 64 * 2 ** 20;
export const MAX_OPTIONS_BYTES = 64 * 2 ** 10;
export const MAX_PROMPTS_BYTES = 16 * 2 ** 20;

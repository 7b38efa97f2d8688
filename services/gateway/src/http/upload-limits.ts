/** Of the parts beside the video of POST /v1/runs. */
export const MAX_MASK_BYTES = 64 * 2 ** 20;
export const MAX_OPTIONS_BYTES = 64 * 2 ** 10;

/** How far a features worker is with an encoder version; FAILED from any of the first three. */
export const ENCODER_INSTANCE_STATES = ['LOADING', 'WARMING', 'LOADED', 'DRAINING', 'FAILED'] as const;
export type EncoderInstanceState = (typeof ENCODER_INSTANCE_STATES)[number];

/** How often a worker says that it lives, ms. */
export const ENCODER_HEARTBEAT_MS = 5000;
/** A worker that has been silent for so long is taken for dead, ms. */
export const ENCODER_SILENCE_MS = 3 * ENCODER_HEARTBEAT_MS;

import type { BlobStore } from '@propago/storage';
import type { Logger } from 'pino';

/** Injection tokens of what has no class of its own. */
/** Name of this service. */
export const SERVICE = Symbol('SERVICE');
export const BUILD = Symbol('BUILD');
export const CONFIG = Symbol('CONFIG');
export const STORAGE = Symbol('STORAGE');
export const LOGGER = Symbol('LOGGER');
export const STAGE_HANDLERS = Symbol('STAGE_HANDLERS');

export type { BlobStore, Logger };

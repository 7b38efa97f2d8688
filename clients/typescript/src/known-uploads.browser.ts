import * as tus from 'tus-js-client';
import type { UrlStorage } from './uploads.js';

/** Where uploads that are under way are kept: with the site, in a browser that lets it. */
export const knownUploads = (): UrlStorage => tus.defaultOptions.urlStorage;

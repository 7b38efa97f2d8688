import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as tus from 'tus-js-client';
import type { UrlStorage } from './uploads.js';

/** Left out of the library's types. */
const { FileUrlStorage } = tus as unknown as { FileUrlStorage: new (path: string) => UrlStorage };

/** Where uploads that are under way are kept: in the user's cache folder, where the next process looks. */
export function knownUploads(): UrlStorage {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'propago');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return new FileUrlStorage(join(folder, 'client-uploads.json'));
}

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder of the clone: the one with nest-cli.json above this file, in the sources and in dist/ alike.
 *
 * @throws Error when this file lies outside a clone
 */
export function repoRoot(from: string = __dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'nest-cli.json'))) return folder;
    if (dirname(folder) === folder) throw new Error(`${from} lies in no clone of the platform`);
  }
}

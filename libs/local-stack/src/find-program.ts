import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { repoRoot } from './repo-root';

const EXTRA_FOLDERS = [
  '/usr/local/bin',
  '/usr/bin',
  '/bin',
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
  '/opt/homebrew/bin',
];

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Absolute path of a program: `env[variable]`, else PATH and the usual folders, else the one that scripts/setup.mjs
 * unpacked into the clone. Undefined when there is none.
 */
export function findProgram(name: string, variable: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env[variable];
  if (named) return named;
  const folders = [...(env.PATH ?? '').split(delimiter).filter(isAbsolute), ...EXTRA_FOLDERS];
  return [...folders, join(repoRoot(), '.propago/tools/bin')].map((folder) => join(folder, name)).find(isProgram);
}

/** As {@link findProgram}. @throws Error that says how to get the program */
export function requireProgram(name: string, variable: string, env: NodeJS.ProcessEnv = process.env): string {
  const file = findProgram(name, variable, env);
  if (!file) throw new Error(`${name} is not on PATH: run "npm run setup", or set ${variable}`);
  return file;
}

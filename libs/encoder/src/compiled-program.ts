import { CodedError } from '@propago/contracts';
import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * A compiled program of this lib, for a thread or process of its own: beside this file, or, where only the sources are
 * loaded (Jest), at its place under `dist`. There is no fallback to the caller's thread: inference there would stop its
 * event loop.
 */
export function compiledProgram(name: string): string {
  const beside = path.join(__dirname, `${name}.js`);
  if (existsSync(beside)) return beside;
  const root = path.resolve(__dirname, '../../..');
  const built = path.join(root, 'dist', path.relative(root, __dirname), `${name}.js`);
  if (existsSync(built)) return built;
  throw new CodedError('ENCODER_FAILED', `The compiled program ${built} is missing; build the project first.`);
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The revision that the configuration names, else that of the clone that this runs in; nothing where it is none. */
export async function gitRevision(configured: string | undefined): Promise<string | undefined> {
  if (configured !== undefined) return configured;
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', 'HEAD'], { cwd: __dirname });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

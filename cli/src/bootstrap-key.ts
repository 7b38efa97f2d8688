import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { repoRoot } from '@propago/local-stack';
import { Failure } from './failure';

/**
 * The first admin key, made by the gateway's own program, which alone writes the table of keys.
 * @param environment DATABASE_URL and KEY_SECRET
 * @param options of the program: `--another`, `--secret-is-new`, `--only-check`
 * @returns undefined when there is one already
 * @throws Failure with what the program said
 */
export async function bootstrapKey(
  environment: NodeJS.ProcessEnv,
  options: readonly string[] = [],
): Promise<string | undefined> {
  const program = join(repoRoot(), 'dist/services/gateway/src/bootstrap-key.js');
  const { code, output, problem } = await new Promise<{ code: number | null; output: string; problem: string }>(
    (resolve, reject) => {
      const child = spawn(process.execPath, [program, ...options], {
        env: { ...process.env, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const texts = { output: '', problem: '' };
      child.stdout.on('data', (chunk: Buffer) => (texts.output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (texts.problem += chunk.toString()));
      child.on('error', reject);
      child.on('close', (exitCode) => resolve({ code: exitCode, ...texts }));
    },
  );
  if (code !== 0) throw new Failure(problem.trim() || 'the admin key cannot be created');
  return output.trim() || undefined;
}

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { repoRoot } from '@propago/local-stack';
import { Failure } from './failure';

/** What the gateway's own programs need, which alone write the tables of keys and sessions: DATABASE_URL and KEY_SECRET. */
type Environment = NodeJS.ProcessEnv;

/**
 * The first admin key.
 * @param options of the program: `--another`, `--secret-is-new`, `--only-check`
 * @returns undefined when there is one already
 * @throws Failure with what the program said
 */
export const bootstrapKey = (environment: Environment, options: readonly string[] = []): Promise<string | undefined> =>
  outputOf('bootstrap-key', environment, options);

/**
 * What follows `/#sign-in=` in a link that signs a browser in once.
 * @returns undefined where no admin key is valid
 * @throws Failure with what the program said
 */
export const signInLink = (environment: Environment): Promise<string | undefined> =>
  outputOf('sign-in-link', environment);

async function outputOf(
  name: string,
  environment: Environment,
  options: readonly string[] = [],
): Promise<string | undefined> {
  const program = join(repoRoot(), `dist/services/gateway/src/${name}.js`);
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
  if (code !== 0) throw new Failure(problem.trim() || `${name} ended with ${code}`);
  return output.trim() || undefined;
}

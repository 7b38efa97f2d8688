import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from './repo-root';

/** Names of the migrations that this version of the platform has, in their order. */
export function knownMigrations(): string[] {
  const entries = readdirSync(join(repoRoot(), 'prisma/migrations'), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/**
 * Applies prisma/migrations to a database.
 *
 * @param last name of the last one to apply. Default: all
 * @throws Error with what the migration said
 */
export async function deployMigrations(databaseUrl: string, last?: string): Promise<void> {
  const script = join(repoRoot(), 'scripts/migrate.mjs');
  if (!existsSync(script)) throw new Error(`${script} is missing`);
  const { code, output } = await new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [script, 'deploy', ...(last === undefined ? [] : [last])], {
      env: { ...process.env, DATABASE_URL: databaseUrl },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ code: exitCode, output: text }));
  });
  if (code !== 0) throw new Error(`the migrations cannot be applied:\n${output.trimEnd()}`);
}

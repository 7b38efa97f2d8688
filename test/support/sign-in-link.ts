import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repoRoot } from '@propago/local-stack';
import { KEY_SECRET } from './shared-platform';
import type { Platform } from './platform';

/** Runs the program that makes a sign-in link. */
export async function signInLink(platform: Platform): Promise<string> {
  const program = join(repoRoot(), 'dist/services/gateway/src/sign-in-link.js');
  const env = { ...process.env, DATABASE_URL: platform.stack.servers.databaseUrl, KEY_SECRET };
  return (await promisify(execFile)(process.execPath, [program], { env })).stdout.trim();
}

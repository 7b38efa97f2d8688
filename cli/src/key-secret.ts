import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrapKey } from './bootstrap-key';

/** How the keys of a platform are provided for. */
export interface KeyOptions {
  access: 'keys' | 'off';
  /** Makes an admin key also when there is one, and also with another secret than that of the other keys. */
  newAdminKey?: boolean;
}

/**
 * The server secret of a platform that keeps its data in a folder, readable to its owner, and the first admin key. Both
 * are made at the first start. A secret that was lost is not made anew in silence: all keys would be void.
 *
 * @throws Failure when the secret is missing, or another one, while there are valid keys
 */
export async function provideKeys(
  folder: string,
  databaseUrl: string,
  { access, newAdminKey = false }: KeyOptions,
): Promise<{ secret: string; adminKey: string | undefined }> {
  const file = join(folder, 'key-secret');
  const known = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
  const secret = known ?? randomBytes(32).toString('base64');
  const adminKey = await bootstrapKey({ DATABASE_URL: databaseUrl, KEY_SECRET: secret }, [
    ...(newAdminKey ? ['--another'] : []),
    ...(known === undefined ? ['--secret-is-new'] : []),
    ...(access === 'off' && !newAdminKey ? ['--only-check'] : []),
  ]);
  if (known === undefined) {
    // Half a secret would be taken for the secret.
    writeFileSync(`${file}.new`, `${secret}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return { secret, adminKey };
}

import { Database } from '@propago/database';
import { readBootstrapKeyConfig } from '@propago/runtime';
import { bootstrapAdminKey } from './access/bootstrap-admin-key';

/**
 * Writes the first admin key to standard output, and nothing when there is one; `--another` makes one in any case.
 * It refuses a secret that the keys were not made with: `--secret-is-new` says that none was, `--only-check` makes no key.
 */
async function main(): Promise<void> {
  const { DATABASE_URL, KEY_SECRET } = readBootstrapKeyConfig();
  const has = (option: string) => process.argv.includes(option);
  const options = { another: has('--another'), secretIsNew: has('--secret-is-new'), onlyCheck: has('--only-check') };
  const database = new Database(DATABASE_URL, { poolSize: 1 });
  try {
    const key = await bootstrapAdminKey(database, KEY_SECRET, options);
    if (key !== undefined) process.stdout.write(`${key}\n`);
    else if (!options.onlyCheck) process.stderr.write('There is an admin key already; --another creates one more.\n');
  } finally {
    await database.$disconnect();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`No admin key: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

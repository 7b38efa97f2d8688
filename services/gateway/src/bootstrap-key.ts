import { Database } from '@propago/database';
import { readBootstrapKeyConfig } from '@propago/runtime';
import { bootstrapAdminKey } from './access/bootstrap-admin-key';

/** Writes the first admin key to standard output, and nothing when there is one; `--another` makes one in any case. */
async function main(): Promise<void> {
  const { DATABASE_URL, KEY_SECRET } = readBootstrapKeyConfig();
  const database = new Database(DATABASE_URL, { poolSize: 1 });
  try {
    const key = await bootstrapAdminKey(database, KEY_SECRET, process.argv.includes('--another'));
    if (key === undefined) process.stderr.write('There is an admin key already; --another creates one more.\n');
    else process.stdout.write(`${key}\n`);
  } finally {
    await database.$disconnect();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`No admin key: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

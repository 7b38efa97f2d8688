import { Database } from '@propago/database';
import { readBootstrapKeyConfig } from '@propago/runtime';
import { issueSignInLink } from './access/issue-sign-in-link';

/** Writes to standard output what follows `/#sign-in=` in a link that signs a browser in once, and nothing without an admin key. */
async function main(): Promise<void> {
  const { DATABASE_URL, KEY_SECRET } = readBootstrapKeyConfig();
  const database = new Database(DATABASE_URL, { poolSize: 1 });
  try {
    const link = await issueSignInLink(database, KEY_SECRET);
    if (link !== undefined) process.stdout.write(`${link}\n`);
  } finally {
    await database.$disconnect();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`No sign-in link: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

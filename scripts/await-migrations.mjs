// Waits until the database has every migration that this version carries: node scripts/await-migrations.mjs [SECONDS]
// Exits with 1 when the time is up. A database that a newer version has brought further is good enough: migrations only add.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../prisma/migrations');
const NO_SUCH_TABLE = '42P01';

/** Names of the migrations of this version that the database lacks. @throws when it does not answer */
async function missing(connectionString) {
  const carried = readdirSync(folder).filter((name) => existsSync(path.join(folder, name, 'migration.sql')));
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    const { rows } = await client.query(
      'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
    );
    const applied = new Set(rows.map((row) => row.migration_name));
    return carried.filter((name) => !applied.has(name));
  } catch (error) {
    if (error.code === NO_SUCH_TABLE) return carried;
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

const seconds = Number(process.argv[2] ?? 600);
const url = process.env.DATABASE_URL;
if (!url) {
  console.error('DATABASE_URL is not set.');
  process.exit(1);
}
let last;
for (const deadline = Date.now() + seconds * 1000; ; await sleep(1000)) {
  const state = await missing(url).then(
    (names) => (names.length === 0 ? 'ready' : `waiting for ${names.join(', ')}`),
    (error) => `the database does not answer: ${error.message || error.code}`,
  );
  if (state !== last) console.log(state);
  last = state;
  if (state === 'ready') process.exit(0);
  if (Date.now() > deadline) {
    console.error(`Not ready after ${seconds} s: ${state}`);
    process.exit(1);
  }
}

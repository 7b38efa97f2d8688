import { Client } from 'pg';
import { Database } from '@propago/database';
import { deployMigrations, startServers } from '@propago/local-stack';

/** A database as an earlier version left it. */
export interface OldDatabase {
  /** A row, by the columns of that version. */
  insert(table: string, row: Record<string, unknown>): Promise<void>;
  /** Applies all later migrations. @returns what the code of today sees */
  migrate(): Promise<Database>;
  stop(): Promise<void>;
}

/** @param before the last migration of that version */
export async function startOldDatabase(before: string): Promise<OldDatabase> {
  const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '' };
  const servers = await startServers({ env, need: { postgres: true }, migrate: false });
  const client = new Client(servers.databaseUrl);
  let database: Database | undefined;
  try {
    await deployMigrations(servers.databaseUrl, before);
    await client.connect();
  } catch (error) {
    await servers.stop();
    throw error;
  }
  return {
    async insert(table, row) {
      const [names, values] = [Object.keys(row), Object.values(row)];
      const places = names.map((_, i) => `$${i + 1}`);
      const columns = names.map((name) => `"${name}"`);
      await client.query(`INSERT INTO "${table}" (${columns.join()}) VALUES (${places.join()})`, values);
    },
    async migrate() {
      await deployMigrations(servers.databaseUrl);
      database = new Database(servers.databaseUrl);
      return database;
    },
    async stop() {
      await database?.$disconnect();
      await client.end();
      await servers.stop();
    },
  };
}

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { knownMigrations } from './migrations';
import { preparePostgresHome } from './postgres-home';
import { copyDatabase } from './postgres-upgrade';
import { startServers } from './servers';

const NO_SERVERS = { ...process.env, DATABASE_URL: '' };

describe('copyDatabase', () => {
  let dir: string;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'propago-test-'));
    await chmod(dir, 0o711);
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  /** Runs SQL on the database of the folder. */
  const inDatabase = async (statements: string[]): Promise<unknown[]> => {
    const options = { dir, env: NO_SERVERS, persistent: true, migrate: true, need: { postgres: true } };
    const servers = await startServers(options);
    const client = new Client(servers.databaseUrl);
    await client.connect();
    try {
      let rows: unknown[] = [];
      for (const statement of statements) rows = (await client.query(statement)).rows;
      return rows;
    } finally {
      await client.end();
      await servers.stop();
    }
  };
  const everything = `SELECT "id", "values"::text, "steps", "startedAt"::text, m."step" FROM "TrainingRun"
    JOIN "TrainingMetric" m ON "runId" = "id" ORDER BY "id"`;

  it('copies every value exactly, keeps what was there, and goes on with the numbers', async () => {
    const id = (last: number): string => `00000000-0000-4000-8000-00000000000${last}`;
    const before = await inDatabase([
      `INSERT INTO "TrainingRun" ("id", "name", "state", "configuration", "createdBy", "startedAt", "errorDetail") VALUES
        ('${id(1)}', E'tab\\t, "quotes", \\\\ and \\n lines, (brackets), ümläute', 'queued',
         '{"a": null, "b": 1e400, "c": 0.1000000000000000055}', '', '2026-01-02 03:04:05.678', NULL),
        ('${id(2)}', '', 'failed', 'null', 'NULL', NULL, '')`,
      `INSERT INTO "TrainingMetric" ("runId", "step", "kind", "values")
        SELECT '${id(1)}', n, 'train', jsonb_build_object('loss', random()) FROM generate_series(1, 1000) AS n`,
      `INSERT INTO "ModelAudit" ("actor", "action", "name") VALUES ('a', 'b', 'c'), ('a', 'b', 'c')`,
      everything,
    ]);
    expect(before).toHaveLength(1000);
    const rows = `SELECT t::text FROM "TrainingRun" t ORDER BY "id"`;
    const runsBefore = await inDatabase([rows]);

    await copyDatabase(dir, join(dir, 'logs'), preparePostgresHome(dir), join(dir, 'postgres-old'));

    expect(await inDatabase([everything])).toEqual(before);
    expect(await inDatabase([rows])).toEqual(runsBefore);
    expect(existsSync(join(dir, 'postgres-old/PG_VERSION'))).toBe(true);
    expect(existsSync(join(dir, 'replacement'))).toBe(false);
    expect(
      await inDatabase([`INSERT INTO "ModelAudit" ("actor", "action", "name") VALUES ('a', 'b', 'c') RETURNING id`]),
    ).toEqual([{ id: '3' }]);
    expect(
      await inDatabase(['SELECT count(*)::int AS applied FROM _prisma_migrations WHERE finished_at IS NOT NULL']),
    ).toEqual([{ applied: knownMigrations().length }]);
  });

  it('keeps the programs of PostgreSQL for the next one, and those of another major version until then', async () => {
    await inDatabase([]);
    const [version] = readdirSync(join(dir, 'postgres.programs'));
    expect(existsSync(join(dir, 'postgres.programs', version!, 'bin/postgres'))).toBe(true);
    // Data of an older version, and no programs that could read them: nothing is lost.
    writeFileSync(join(dir, 'postgres/PG_VERSION'), '11\n');
    await expect(inDatabase([])).rejects.toThrow(/are of PostgreSQL 11, and [^]*"propago backup FILE"/);
    expect(readFileSync(join(dir, 'postgres/PG_VERSION'), 'utf8')).toBe('11\n');
    expect(readdirSync(join(dir, 'postgres.programs'))).toEqual([version]);
  });
});

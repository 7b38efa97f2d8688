import { Client } from 'pg';

/** One table of the platform. */
export interface TableShape {
  name: string;
  /** In the order of the rows' values. */
  columns: string[];
}

/** All tables of a database at one moment. */
export interface TableSnapshot {
  /** Names of the migrations that made the tables, in their order. */
  migrations: string[];
  tables: TableShape[];
  /**
   * The rows of a table in batches, each row as PostgreSQL's text of a composite value, such as `(1,"a b",{})`: exact for
   * every type, and read by every version of PostgreSQL.
   */
  rows(table: string): AsyncGenerator<string[]>;
}

const ROWS_AT_ONCE = 200;
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Gives `work` a consistent view of all tables, while others go on writing. */
export async function withSnapshot<T>(databaseUrl: string, work: (snapshot: TableSnapshot) => Promise<T>): Promise<T> {
  return withClient(databaseUrl, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const applied = await client.query<{ migration_name: string }>(
      'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY migration_name',
    );
    const snapshot: TableSnapshot = {
      migrations: applied.rows.map((row) => row.migration_name),
      tables: await tablesOf(client),
      async *rows(table) {
        await client.query(`DECLARE batch NO SCROLL CURSOR FOR SELECT t::text AS row FROM ${quoted(table)} AS t`);
        for (;;) {
          const { rows } = await client.query<{ row: string }>(`FETCH ${ROWS_AT_ONCE} FROM batch`);
          if (rows.length === 0) break;
          yield rows.map(({ row }) => row);
        }
        await client.query('CLOSE batch');
      },
    };
    return work(snapshot);
  });
}

/** Fills the tables of a database that has the same migrations and no rows. */
export class TableLoader {
  private constructor(private readonly client: Client) {}

  /** All that `work` loads is there afterwards, or nothing of it. */
  static async run(databaseUrl: string, work: (loader: TableLoader) => Promise<void>): Promise<void> {
    await withClient(databaseUrl, async (client) => {
      await client.query('BEGIN');
      // The rows were consistent where they come from, and no order of tables suits every foreign key.
      await client.query("SET LOCAL session_replication_role = 'replica'");
      const loader = new TableLoader(client);
      await work(loader);
      await loader.moveSequences();
      await client.query('COMMIT');
    });
  }

  /** @throws Error when the table has other columns than those of the rows */
  async load({ name, columns }: TableShape, batches: AsyncIterable<string[]>): Promise<number> {
    const own = (await tablesOf(this.client)).find((table) => table.name === name);
    if (own?.columns.join() !== columns.join()) throw new Error(`the table ${name} has other columns here`);
    const table = quoted(name);
    let count = 0;
    for await (const rows of batches) {
      await this.client.query(
        `INSERT INTO ${table} SELECT (r.value).* FROM (SELECT text::${table} AS value FROM unnest($1::text[]) AS text) AS r`,
        [rows],
      );
      count += rows.length;
    }
    return count;
  }

  /** Numbers that are given out from now on follow those that are there. */
  private async moveSequences(): Promise<void> {
    const { rows } = await this.client.query<{ table: string; column: string; sequence: string }>(
      `SELECT table_name AS "table", column_name AS "column",
         pg_get_serial_sequence(quote_ident(table_name), column_name) AS sequence
       FROM information_schema.columns
       WHERE table_schema = 'public' AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL`,
    );
    for (const { table, column, sequence } of rows) {
      await this.client.query(
        `SELECT setval($1, coalesce(max(${quoted(column)}), 0) + 1, false) FROM ${quoted(table)}`,
        [sequence],
      );
    }
  }
}

async function withClient<T>(databaseUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(databaseUrl);
  client.on('error', () => undefined);
  await client.connect();
  try {
    // The text of a value must not depend on anybody's settings.
    await client.query(`SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; SET extra_float_digits = 1`);
    return await work(client);
  } finally {
    await client.end();
  }
}

async function tablesOf(client: Client): Promise<TableShape[]> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `SELECT c.table_name::text AS name, array_agg(c.column_name::text ORDER BY c.ordinal_position) AS columns
     FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.table_name <> '_prisma_migrations'
     GROUP BY c.table_name ORDER BY c.table_name`,
  );
  return rows;
}

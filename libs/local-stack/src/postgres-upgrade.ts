import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { linkTree } from './link-tree';
import { deployMigrations } from './migrations';
import { majorOf, otherMajor } from './postgres-cluster';
import { majorOfData, packagedPostgres, postgresData, preparePostgresHome, type PostgresHome } from './postgres-home';
import { runPostgres, startPostgres } from './postgres-server';
import { prepareReplacement, replaceData } from './replacement';
import { TableLoader, withSnapshot } from './tables';

/**
 * Sees to it that the programs of PostgreSQL in node_modules can read the data of a folder. Data of another major version
 * are copied, table by table, with the programs that wrote them, of which every start keeps some.
 *
 * @param say is told what happens, in a sentence
 * @throws Error with the way out when the programs that wrote the data were not kept
 */
export async function upgradeDatabase(dir: string, logDir: string, say: (what: string) => void): Promise<void> {
  const data = postgresData(dir);
  const major = majorOfData(data);
  const { version } = packagedPostgres();
  if (major !== undefined && major !== majorOf({ version })) {
    const kept = keptPrograms(data).find((one) => majorOf(one) === major);
    if (!kept) throw new Error(otherMajor({ data, version }, major));
    say(`the database is of PostgreSQL ${major} and is copied to ${version}`);
    const old = `${data}-${major}`;
    await copyDatabase(dir, logDir, { ...preparePostgresHome(dir), ...kept }, old);
    say(`the database is copied; the old one is kept in ${old} until you remove it`);
  }
  keepPrograms(data);
}

/** Puts a copy of the database that `home` reads in its place, made with the programs in node_modules. */
export async function copyDatabase(dir: string, logDir: string, home: PostgresHome, keepAs: string): Promise<void> {
  const replacement = prepareReplacement(dir);
  const from = await runPostgres(home, { dir, persistent: true, logDir });
  try {
    const to = await startPostgres({ dir: replacement, persistent: true, logDir });
    try {
      await withSnapshot(from.url, async (snapshot) => {
        await deployMigrations(to.url, snapshot.migrations.at(-1));
        await TableLoader.run(to.url, async (loader) => {
          for (const table of snapshot.tables) await loader.load(table, snapshot.rows(table.name));
        });
      });
    } finally {
      await to.stop();
    }
  } finally {
    await from.stop();
  }
  replaceData(dir, { take: ['postgres', 'postgres.password'], remove: [], keepDatabaseAs: keepAs });
}

const programsFolder = (data: string): string => `${data}.programs`;

function keptPrograms(data: string): { native: string; version: string }[] {
  const folder = programsFolder(data);
  if (!existsSync(folder)) return [];
  const versions = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'bin/postgres')));
  return versions.map((version) => ({ version, native: join(folder, version) }));
}

/** Keeps the programs that can read the data: the next `npm ci` may replace them. They are links and take no room. */
function keepPrograms(data: string): void {
  const { native, version } = packagedPostgres();
  const folder = programsFolder(data);
  const own = join(folder, version);
  if (!existsSync(own)) {
    const draft = join(folder, '.new');
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    linkTree(native, draft);
    renameSync(draft, own);
  }
  for (const name of readdirSync(folder)) {
    if (name !== version) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

// Database migrations without Prisma's native schema engine, which its installer would have to download.
//   node scripts/migrate.mjs deploy [NAME] apply what is missing to DATABASE_URL, up to the one of that name
//   node scripts/migrate.mjs diff NAME     write prisma/migrations/NAME from the change of schema.prisma (the engine wants a
//                                         reachable DATABASE_URL, but reads and writes nothing there)
// Users with the native engine can use `prisma migrate` on the same folder.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as engineBindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const schemaFile = path.join(root, 'prisma/schema.prisma');
const migrationsFolder = path.join(root, 'prisma/migrations');
// `prisma migrate diff` cannot read migrations with this engine: each migration keeps the schema that it leads to.
const SNAPSHOT = 'schema.snapshot.prisma';
const filters = { externalTables: [], externalEnums: [] };

function migrationNames() {
  if (!fs.existsSync(migrationsFolder)) return [];
  const entries = fs.readdirSync(migrationsFolder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function migrationsList(last) {
  const names = migrationNames().filter((name) => last === undefined || name <= last);
  const migrationDirectories = names.map((name) => {
    const value = fs.readFileSync(path.join(migrationsFolder, name, 'migration.sql'), 'utf8');
    return { path: name, migrationFile: { path: 'migration.sql', content: { tag: 'ok', value } } };
  });
  const lockfile = { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' };
  return { baseDir: migrationsFolder, lockfile, migrationDirectories, shadowDbInitScript: '' };
}

// Discrete fields, never a connection string: with one, the adapter's shadow database would be the real database.
function connectionFields(url) {
  const parsed = new URL(url);
  return {
    host: parsed.hostname,
    port: Number(parsed.port || 5432),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password) || undefined,
    database: decodeURIComponent(parsed.pathname.slice(1)),
  };
}

/** Runs a migration as one script: taken apart at each semicolon, as it would be otherwise, no function could be in one. */
class WholeScripts extends PrismaPg {
  async connect() {
    const connection = await super.connect();
    connection.executeScript = async (script) => {
      await connection.underlyingDriver().query(script);
    };
    return connection;
  }
}

async function openEngine(url) {
  const require = createRequire(import.meta.url);
  const bindingsFile = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const wasm = fs.readFileSync(bindingsFile.replace(/\.js$/, '.wasm'));
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': engineBindings });
  engineBindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start?.();
  const adapter = bindMigrationAwareSqlAdapterFactory(new WholeScripts(connectionFields(url)));
  const datamodels = [[schemaFile, fs.readFileSync(schemaFile, 'utf8')]];
  return engineBindings.SchemaEngine.new({ datamodels }, () => {}, adapter);
}

function databaseUrl() {
  if (!process.env.DATABASE_URL) throw new Error('DATABASE_URL is not set.');
  return process.env.DATABASE_URL;
}

async function deploy(last) {
  const engine = await openEngine(databaseUrl());
  const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList: migrationsList(last), filters });
  console.log(appliedMigrationNames.length ? `applied ${appliedMigrationNames.join(', ')}` : 'nothing to apply');
}

async function diff(name) {
  if (!/^\d{4}_[a-z0-9_]+$/.test(name ?? '')) throw new Error('Expected a name like 0002_add_corrections.');
  const engine = await openEngine(databaseUrl());
  const last = migrationNames().at(-1);
  const snapshot = last && fs.readFileSync(path.join(migrationsFolder, last, SNAPSHOT), 'utf8');
  const from = last ? { tag: 'schemaDatamodel', files: [{ path: schemaFile, content: snapshot }] } : { tag: 'empty' };
  const schema = fs.readFileSync(schemaFile, 'utf8');
  const to = { tag: 'schemaDatamodel', files: [{ path: schemaFile, content: schema }] };
  const { stdout } = await engine.diff({ from, to, script: true, exitCode: null, shadowDatabaseUrl: null, filters });
  const folder = path.join(migrationsFolder, name);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'migration.sql'), stdout);
  fs.writeFileSync(path.join(folder, SNAPSHOT), schema);
  fs.writeFileSync(path.join(migrationsFolder, 'migration_lock.toml'), 'provider = "postgresql"\n');
  console.log(stdout);
}

const [command, name] = process.argv.slice(2);
try {
  if (command === 'deploy') await deploy(name);
  else if (command === 'diff') await diff(name);
  else throw new Error('Expected `deploy` or `diff NAME`.');
} catch (error) {
  console.error(`migrate: ${error.message}`);
  process.exit(1);
}
// The engine keeps handles open.
process.exit(0);

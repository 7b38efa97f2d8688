import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages } from './apt-packages.mjs';
import { lastLines, run } from './command.mjs';
import { withLock } from './lock.mjs';
import { ensureSystemTools, REPO_ROOT } from './system-tools.mjs';

// Only Node's own modules are imported here: this file runs before node_modules exists.

const readJson = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
};

const readText = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : null);

/** Runs one step; its output is shown only when it fails. */
async function step(log, title, program, args, options) {
  const started = process.hrtime.bigint();
  const { code, output } = await run(program, args, options);
  if (code !== 0) throw new Error(`${title} failed (${program} ${args.join(' ')}):\n${lastLines(output, 30)}`);
  log(`${title}: done in ${(Number(process.hrtime.bigint() - started) / 1e9).toFixed(1)} s`);
}

/** npm as a program and first arguments: the one that runs this script, else the one on PATH. */
const npm = () => (process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']);

/** Whether node_modules holds exactly what package-lock.json says; packages for other platforms may be absent. */
function dependenciesAreCurrent(root) {
  const wanted = readJson(path.join(root, 'package-lock.json'))?.packages;
  // npm writes this list last, so an interrupted installation has none.
  const installed = readJson(path.join(root, 'node_modules/.package-lock.json'))?.packages;
  if (!wanted || !installed) return false;
  const names = Object.keys(wanted).filter((name) => name !== '');
  return (
    names.every((name) =>
      installed[name] ? installed[name].version === wanted[name].version : wanted[name].optional || wanted[name].peer,
    ) && Object.keys(installed).every((name) => wanted[name])
  );
}

/** `npm ci`, unless node_modules is current. */
export async function ensureDependencies({ root = REPO_ROOT, log = console.log } = {}) {
  if (dependenciesAreCurrent(root)) return;
  await ensureCompiler(log);
  log('dependencies: npm ci (about a minute)');
  const [program, ...first] = npm();
  // npm 11 knows by package.json that onnxruntime-node needs no CUDA libraries; older ones run its script, which reads this.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  await step(log, 'dependencies', program, [...first, 'ci', '--include=dev', '--no-audit', '--no-fund'], {
    cwd: root,
    env,
  });
}

const COMPILER = { 'g++': ['g++', 'c++', 'clang++'], make: ['make'], python3: ['python3'] };

/** What npm needs to build the native affinity kernel. Without it everything works, slower: only root has it installed. */
async function ensureCompiler(log) {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const has = (name) => folders.some((folder) => existsSync(path.join(folder, name)));
  const missing = Object.keys(COMPILER).filter((name) => !COMPILER[name].some(has));
  if (missing.length === 0 || process.getuid?.() !== 0 || !has('apt-get')) return;
  log(`installing ${missing.join(', ')} with apt-get, to build the affinity kernel`);
  const problem = await installPackages(missing);
  if (problem !== null) log(problem);
}

/** The native affinity kernel, unless it is current. Its absence is a warning. */
export async function ensureKernel({ root = REPO_ROOT, log = console.log } = {}) {
  const { output } = await run(process.execPath, [path.join(root, 'libs/affinity/native/build.mjs')], { cwd: root });
  if (output.trim()) log(output.trim());
}

const digestOf = (text) => createHash('sha256').update(text).digest('hex');

/** Prisma's client for prisma/schema.prisma, unless it is current. */
export async function ensurePrismaClient({ root = REPO_ROOT, log = console.log } = {}) {
  const schema = readText(path.join(root, 'prisma/schema.prisma'));
  if (schema === null) return;
  const output = path.join(root, 'libs/database/src/generated');
  const stamp = path.join(output, '.stamp');
  const version = readJson(path.join(root, 'node_modules/prisma/package.json'))?.version;
  const digest = digestOf(`${version}\n${schema}`);
  if (readText(stamp) === digest) return;
  const prisma = path.join(root, 'node_modules/prisma/build/index.js');
  // `generate` wants the schema engine to exist, does not use it, and would otherwise download it.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', PRISMA_HIDE_UPDATE_MESSAGE: '1' };
  await step(log, 'database client', process.execPath, [prisma, 'generate'], { cwd: root, env });
  if (existsSync(output)) writeFileSync(stamp, digest);
}

/** Types of the API for the page, which the build makes. */
const GENERATED = path.join('services', 'web', 'src', 'generated');

/** Path, size and time of everything that the build reads. */
function sourceFingerprint(root) {
  const lines = [];
  const add = (file) => {
    const { size, mtimeMs } = statSync(path.join(root, file));
    lines.push(`${file} ${size} ${mtimeMs}`);
  };
  const visit = (folder) => {
    if (!existsSync(path.join(root, folder)) || folder === GENERATED) return;
    for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) visit(file);
      else if (/\.(ts|tsx|css|html|svg)$/.test(entry.name) && !entry.name.endsWith('spec.ts')) add(file);
    }
  };
  for (const folder of ['services', 'libs', 'cli', 'bench']) visit(folder);
  for (const file of ['package-lock.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json', '.swcrc']) {
    if (existsSync(path.join(root, file))) add(file);
  }
  return digestOf(lines.sort().join('\n'));
}

/** Compiles services, libs, cli and bench into dist/, unless no source changed since the last build. */
export async function ensureBuild({ root = REPO_ROOT, log = console.log } = {}) {
  const dist = path.join(root, 'dist');
  const fingerprint = sourceFingerprint(root);
  if (readText(path.join(dist, '.stamp')) === fingerprint) return;
  // Built aside and swapped in: a failed build leaves the last good one, and running processes see no half of it.
  const next = path.join(root, '.propago/build');
  const config = path.join(root, '.propago/tsconfig.build.json');
  rmSync(next, { recursive: true, force: true });
  mkdirSync(next, { recursive: true });
  writeFileSync(config, JSON.stringify({ extends: '../tsconfig.build.json', compilerOptions: { outDir: './build' } }));
  const nest = path.join(root, 'node_modules/@nestjs/cli/bin/nest.js');
  await step(log, 'build', process.execPath, [nest, 'build', 'gateway', '--path', '.propago/tsconfig.build.json'], {
    cwd: root,
  });
  await buildPage(root, next, log);
  writeFileSync(path.join(next, '.stamp'), fingerprint);
  const last = path.join(root, `.propago/build-${process.pid}`);
  if (existsSync(dist)) renameSync(dist, last);
  renameSync(next, dist);
  rmSync(last, { recursive: true, force: true });
}

/** The page, into `next`/web, and the types of the API that it is written against, from the gateway's own document. */
async function buildPage(root, next, log) {
  const page = path.join(root, 'services/web');
  if (!existsSync(page)) return;
  const generated = path.join(root, GENERATED);
  mkdirSync(generated, { recursive: true });
  const document = path.join(next, 'openapi.json');
  const node = (title, ...args) => step(log, title, process.execPath, args, { cwd: root });
  const program = (name) => path.join(root, 'node_modules', name);
  await node('document of the API', path.join(next, 'services/gateway/src/write-openapi.js'), document);
  const types = path.join(generated, 'api.ts');
  await Promise.all([
    node('types of the API', program('openapi-typescript/bin/cli.js'), document, '-o', types),
    node('page', program('vite/bin/vite.js'), 'build', page, '--outDir', path.join(next, 'web'), '--logLevel', 'warn'),
  ]);
}

/** Dependencies, database client, kernel and build. One process makes them; others wait for it. */
export async function ensureProject({ root = REPO_ROOT, log = console.log } = {}) {
  await withLock(path.join(root, '.propago/setup.lock'), async () => {
    await ensureDependencies({ root, log });
    await ensureKernel({ root, log });
    await ensurePrismaClient({ root, log });
    await ensureBuild({ root, log });
  });
}

/**
 * Everything a fresh clone needs to run: dependencies, database client, build, system programs. Quick when nothing is to do.
 *
 * @returns {Promise<NodeJS.ProcessEnv>} the environment for processes of the platform: this one's and the paths of the programs
 */
export async function setup({ root = REPO_ROOT, log = console.log, env = process.env } = {}) {
  await ensureProject({ root, log });
  return { ...env, ...(await ensureSystemTools({ root, log, env })) };
}

/** Runs a script's main function; a failure is one message and exit code 1. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    await setup();
    console.log('setup: ready');
  });
}

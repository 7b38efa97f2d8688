import { accessSync, constants, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages, unpackPackage } from './apt-packages.mjs';
import { run } from './command.mjs';
import { withLock } from './lock.mjs';

export const REPO_ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Programs that npm does not bring. `variable` gives or receives the path; `server` names the variable whose URL makes the
 * program unnecessary; an optional program is looked for but never installed.
 */
const TOOLS = [
  {
    name: 'redis-server',
    package: 'redis-server',
    check: '--version',
    variable: 'REDIS_SERVER_PATH',
    server: 'REDIS_URL',
  },
  { name: 'nats-server', package: 'nats-server', check: '--version', variable: 'NATS_SERVER_PATH', server: 'NATS_URL' },
  { name: 'ffmpeg', package: 'ffmpeg', check: '-version', variable: 'FFMPEG_PATH' },
  { name: 'ffprobe', package: 'ffmpeg', check: '-version', variable: 'FFPROBE_PATH' },
  { name: 'prlimit', check: '--version', variable: 'PRLIMIT_PATH', optional: true },
  { name: 'setpriv', check: '--version', variable: 'SETPRIV_PATH', optional: true },
];

const EXTRA_FOLDERS = [
  '/usr/local/bin',
  '/usr/bin',
  '/bin',
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
  '/opt/homebrew/bin',
];

const isProgram = (file) => {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
};

const readCache = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
};

/** The first candidate that runs; one that ran in an earlier call (`known`) is not run again. */
async function find(tool, { env, bin, known }) {
  if (env[tool.variable]) return path.resolve(env[tool.variable]);
  const folders = [...(env.PATH ?? '').split(path.delimiter).filter(path.isAbsolute), ...EXTRA_FOLDERS, bin];
  for (const file of new Set(folders.map((folder) => path.join(folder, tool.name)))) {
    if (!isProgram(file)) continue;
    if (known[tool.name] === file) return file;
    if ((await run(file, [tool.check], { env })).code === 0) return file;
  }
  return undefined;
}

async function findAll(tools, where) {
  const paths = {};
  for (const tool of tools) {
    const file = await find(tool, where);
    if (file) paths[tool.name] = file;
  }
  return { paths, missing: tools.filter((tool) => !tool.optional && !paths[tool.name]) };
}

/** Installs what is missing: by apt-get as root, else unpacked below `tools`. Resolves to the reasons that this did not work. */
async function provide(missing, tools, log) {
  if (!isProgram('/usr/bin/apt-get')) return ['this system has no apt-get'];
  const packages = [...new Set(missing.map((tool) => tool.package))];
  const problems = [];
  if (process.getuid?.() === 0) {
    log(`installing ${packages.join(', ')} with apt-get`);
    const problem = await installPackages(packages);
    if (problem === null) return [];
    problems.push(problem);
  }
  log(`unpacking ${packages.join(', ')} from Debian packages into ${path.relative(process.cwd(), tools) || tools}`);
  for (const name of packages) {
    const programs = missing.filter((tool) => tool.package === name).map((tool) => tool.name);
    const problem = await unpackPackage(name, programs, tools);
    if (problem !== null) problems.push(problem);
  }
  return problems;
}

function failure(missing, problems) {
  const packages = [...new Set(missing.map((tool) => tool.package))].join(' ');
  const variables = missing.map((tool) => tool.server ?? tool.variable).join(', ');
  return new Error(
    [
      `Missing on this machine: ${missing.map((tool) => tool.name).join(', ')}.`,
      `Install ${packages} (Debian: sudo apt-get install ${packages}; macOS: brew install ${packages.replace('redis-server', 'redis')}),`,
      `or set ${variables}.`,
      ...problems.map((problem) => `  ${problem.replaceAll('\n', '\n  ')}`),
    ].join('\n'),
  );
}

/**
 * Finds the programs that the platform starts, and installs those that are missing (see TOOLS).
 * A server whose URL is set in `env` needs no program.
 *
 * @returns {Promise<Record<string, string>>} environment variables that give the absolute path of each program found
 * @throws Error with one message that names what to install
 */
export async function ensureSystemTools({ root = REPO_ROOT, env = process.env, log = console.log } = {}) {
  const tools = path.join(root, '.propago/tools');
  const cache = path.join(tools, 'paths.json');
  const needed = TOOLS.filter((tool) => !tool.server || !env[tool.server]);
  const search = () => findAll(needed, { env, bin: path.join(tools, 'bin'), known: readCache(cache) });
  let found = await search();
  if (found.missing.length > 0) {
    found = await withLock(path.join(root, '.propago/tools.lock'), async () => {
      const again = await search();
      if (again.missing.length === 0) return again;
      const problems = await provide(again.missing, tools, log);
      const result = await search();
      if (result.missing.length > 0) throw failure(result.missing, problems);
      return result;
    });
  }
  remember(cache, found.paths);
  return Object.fromEntries(
    needed.flatMap((tool) => (found.paths[tool.name] ? [[tool.variable, found.paths[tool.name]]] : [])),
  );
}

function remember(file, paths) {
  const merged = { ...readCache(file), ...paths };
  const text = `${JSON.stringify(merged, null, 2)}\n`;
  if (JSON.stringify(readCache(file)) === JSON.stringify(merged)) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}

const BROWSER = { name: 'chromium', check: '--version', variable: 'CHROMIUM_PATH' };

/**
 * Chromium, which only the tests of the page need: found, or installed where this is root's to do. Elsewhere those tests
 * say what to install.
 *
 * @returns {Promise<Record<string, string>>} CHROMIUM_PATH where there is one
 */
export async function ensureBrowser({ root = REPO_ROOT, env = process.env, log = console.log } = {}) {
  const tools = path.join(root, '.propago/tools');
  const where = { env, bin: path.join(tools, 'bin'), known: {} };
  let file = await find(BROWSER, where);
  if (!file && process.getuid?.() === 0 && isProgram('/usr/bin/apt-get')) {
    log('installing chromium with apt-get, for the tests of the page');
    const problem = await withLock(path.join(root, '.propago/tools.lock'), () => installPackages(['chromium']));
    if (problem !== null) log(problem);
    file = await find(BROWSER, where);
  }
  return file ? { CHROMIUM_PATH: file } : {};
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    for (const [name, file] of Object.entries(await ensureSystemTools())) console.log(`${name}=${file}`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

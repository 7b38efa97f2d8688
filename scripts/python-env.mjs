import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages } from './apt-packages.mjs';
import { lastLines, run } from './command.mjs';
import { withLock } from './lock.mjs';
import { REPO_ROOT } from './system-tools.mjs';

// pip's words when no package index answers, as opposed to one that answers and lacks a package.
const UNREACHABLE =
  /Failed to establish a new connection|NewConnectionError|ConnectTimeout|Read timed out|name resolution|Network is unreachable|Cannot connect to proxy|from versions: none/;

/**
 * The private Python environments of this project: where each lies, its pins, the variable that names another one to be
 * used as it is, and how large it is.
 */
const ENVIRONMENTS = {
  trainer: {
    folder: '.propago/trainer/venv',
    lock: 'services/trainer/requirements.lock',
    variable: 'TRAINER_PYTHON',
    size: 'some minutes, about 6 GB',
  },
  clients: {
    folder: '.propago/clients-venv',
    lock: 'test/clients/requirements.lock',
    variable: 'CLIENTS_PYTHON',
    size: 'about 340 MB',
  },
  formats: {
    folder: '.propago/formats-venv',
    lock: 'test/formats/requirements.lock',
    variable: 'FORMATS_PYTHON',
    size: 'about 180 MB to download, 620 MB on disk',
    // Of the programs that read exports only the readers are wanted, without what their other commands need.
    pip: ['--no-deps', '--only-binary', ':all:'],
  },
  'label-studio': {
    folder: '.propago/label-studio-venv',
    lock: 'test/label-studio/requirements.lock',
    variable: 'LABEL_STUDIO_PYTHON',
    size: 'about 300 MB to download, 850 MB on disk',
    pip: ['--no-deps'],
  },
  schemathesis: {
    folder: '.propago/schemathesis-venv',
    lock: 'test/schemathesis/requirements.lock',
    variable: 'SCHEMATHESIS_PYTHON',
    size: 'about 30 MB to download, 95 MB on disk',
    pip: ['--no-deps'],
  },
};

const folderOf = (root, name) => path.join(root, ENVIRONMENTS[name].folder);
const lockOf = (root, name) => path.join(root, ENVIRONMENTS[name].lock);

/** Digest of the pins, and of the place: a virtual environment holds absolute paths. */
const stampOf = (root, name) =>
  createHash('sha256')
    .update(`${root}\n${readFileSync(lockOf(root, name), 'utf8')}`)
    .digest('hex');

/** The Python of an environment if it is there and current, else null. Installs nothing. */
export function existingPython({ name = 'trainer', root = REPO_ROOT, env = process.env } = {}) {
  const given = env[ENVIRONMENTS[name].variable];
  if (given) return path.resolve(given);
  const stamp = path.join(folderOf(root, name), '.stamp');
  const current = existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOf(root, name);
  return current ? path.join(folderOf(root, name), 'bin/python') : null;
}

/** A Python of at least 3.11 that can make virtual environments; root has it installed when it is missing. */
async function basePython(name, log) {
  const usable = async () => {
    const check = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))';
    for (const program of ['python3', 'python3.13', 'python3.12', 'python3.11']) {
      if ((await run(program, ['-c', check])).code === 0) return program;
    }
    return null;
  };
  const found = await usable();
  if (found || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return found;
  log(`installing python3, python3-venv with apt-get, for the ${name}`);
  const problem = await installPackages(['python3', 'python3-venv']);
  if (problem !== null) log(problem);
  return usable();
}

/**
 * A private Python environment with the versions of its lock file; made when missing or out of date.
 *
 * @param {{name?: 'trainer' | 'clients' | 'formats' | 'label-studio' | 'schemathesis'}} options `trainer`: of services/trainer; `clients`: generates the clients, checks the one in Python, and runs its notebook;
 *   `formats`: of the test that has exports read by the programs that they are for, and of CVAT's agent; `label-studio`: a
 *   Label Studio for the long tests; `schemathesis`: the program that tries the API by its document
 * @returns {Promise<string | null>} its Python, or null after one line that says why there is none
 * @throws Error when a package index answers but the packages cannot be installed
 */
export async function ensurePythonEnv({
  name = 'trainer',
  root = REPO_ROOT,
  log = console.log,
  env = process.env,
} = {}) {
  const existing = existingPython({ name, root, env });
  if (existing) return existing;
  return withLock(
    path.join(root, `.propago/python-env-${name}.lock`),
    async () => existingPython({ name, root, env }) ?? create(name, root, log),
  );
}

async function create(name, root, log) {
  const folder = folderOf(root, name);
  const base = await basePython(name, log);
  if (base === null) {
    log(
      `${name}: skipped, there is no Python 3.11 with venv on this machine (Debian: apt-get install python3 python3-venv)`,
    );
    return null;
  }
  log(`${name}: installing its Python packages (${ENVIRONMENTS[name].size})`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.dirname(folder), { recursive: true });
  const python = path.join(folder, 'bin/python');
  const made = await run(base, ['-m', 'venv', folder]);
  if (made.code !== 0) throw new Error(`${name}: ${base} -m venv failed:\n${lastLines(made.output, 10)}`);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '2'];
  const installed = await run(python, [...pip, ...(ENVIRONMENTS[name].pip ?? []), '-r', lockOf(root, name)]);
  if (installed.code !== 0) {
    rmSync(folder, { recursive: true, force: true });
    if (!UNREACHABLE.test(installed.output)) {
      throw new Error(`${name}: pip install failed:\n${lastLines(installed.output, 15)}`);
    }
    log(`${name}: skipped, no Python package index can be reached`);
    return null;
  }
  writeFileSync(path.join(folder, '.stamp'), stampOf(root, name));
  return python;
}

// node scripts/python-env.mjs [trainer|clients|formats|label-studio|schemathesis]: prints the Python, made if need be; what else there is to say goes to stderr
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const python = await ensurePythonEnv({ name: process.argv[2] ?? 'trainer', log: console.error });
    if (python) console.log(python);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

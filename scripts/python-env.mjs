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

const folderOf = (root) => path.join(root, '.propago/trainer/venv');
const lockOf = (root) => path.join(root, 'services/trainer/requirements.lock');

/** Digest of the pins, and of the place: a virtual environment holds absolute paths. */
const stampOf = (root) =>
  createHash('sha256')
    .update(`${root}\n${readFileSync(lockOf(root), 'utf8')}`)
    .digest('hex');

/** The Python of the trainer's environment if it is there and current, else null. Installs nothing. */
export function existingPython({ root = REPO_ROOT, env = process.env } = {}) {
  if (env.TRAINER_PYTHON) return path.resolve(env.TRAINER_PYTHON);
  const stamp = path.join(folderOf(root), '.stamp');
  const current = existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOf(root);
  return current ? path.join(folderOf(root), 'bin/python') : null;
}

/** A Python of at least 3.11 that can make virtual environments; root has it installed when it is missing. */
async function basePython(log) {
  const usable = async () => {
    const check = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))';
    for (const program of ['python3', 'python3.13', 'python3.12', 'python3.11']) {
      if ((await run(program, ['-c', check])).code === 0) return program;
    }
    return null;
  };
  const found = await usable();
  if (found || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return found;
  log('installing python3, python3-venv with apt-get, for the trainer');
  const problem = await installPackages(['python3', 'python3-venv']);
  if (problem !== null) log(problem);
  return usable();
}

/**
 * The private Python environment of services/trainer, with the versions of requirements.lock; made when missing or out of date.
 * `TRAINER_PYTHON` names one that is used as it is.
 *
 * @returns {Promise<string | null>} its Python, or null after one line that says why there is none
 * @throws Error when a package index answers but the packages cannot be installed
 */
export async function ensurePythonEnv({ root = REPO_ROOT, log = console.log, env = process.env } = {}) {
  const existing = existingPython({ root, env });
  if (existing) return existing;
  return withLock(
    path.join(root, '.propago/python-env.lock'),
    async () => existingPython({ root, env }) ?? create(root, log),
  );
}

async function create(root, log) {
  const folder = folderOf(root);
  const base = await basePython(log);
  if (base === null) {
    log(
      'trainer: skipped, there is no Python 3.11 with venv on this machine (Debian: apt-get install python3 python3-venv)',
    );
    return null;
  }
  log('trainer: installing its Python packages (some minutes, about 6 GB)');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.dirname(folder), { recursive: true });
  const python = path.join(folder, 'bin/python');
  const made = await run(base, ['-m', 'venv', folder]);
  if (made.code !== 0) throw new Error(`trainer: ${base} -m venv failed:\n${lastLines(made.output, 10)}`);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '2'];
  const installed = await run(python, [...pip, '-r', lockOf(root)]);
  if (installed.code !== 0) {
    rmSync(folder, { recursive: true, force: true });
    if (!UNREACHABLE.test(installed.output)) {
      throw new Error(`trainer: pip install failed:\n${lastLines(installed.output, 15)}`);
    }
    log('trainer: skipped, no Python package index can be reached');
    return null;
  }
  writeFileSync(path.join(folder, '.stamp'), stampOf(root));
  return python;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const python = await ensurePythonEnv();
    if (python) console.log(python);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

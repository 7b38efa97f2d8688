import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lastLines, run } from './command.mjs';

const QUIET = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
const POLICY = '/usr/sbin/policy-rc.d';
// The C library must match the loader of the system, so a copy beside the tools would break them.
const NEVER_UNPACKED = new Set(['libc6', 'libc-bin', 'libgcc-s1']);

/** Runs `install` while Debian's policy hook keeps freshly installed packages from starting their services. */
async function withoutServiceStart(install) {
  const mine = !existsSync(POLICY);
  if (mine) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await install();
  } finally {
    if (mine) unlinkSync(POLICY);
  }
}

/**
 * Installs Debian packages for the whole system; needs root. Their services are neither started nor enabled.
 * Resolves to null, or to what went wrong.
 */
export async function installPackages(packages) {
  const apt = (...args) => run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], { env: QUIET });
  const install = () => withoutServiceStart(() => apt('install', '-y', '--no-install-recommends', ...packages));
  let result = await install();
  if (result.code !== 0) {
    // Package lists are missing in fresh containers and may name versions that the mirror no longer has.
    await apt('update');
    result = await install();
  }
  if (result.code !== 0) return `apt-get install ${packages.join(' ')}: ${lastLines(result.output)}`;
  if (existsSync('/run/systemd/system')) {
    for (const name of packages) await run('systemctl', ['disable', '--now', name]);
  }
  return null;
}

/** Folders below `root` that hold shared libraries, the multiarch folders before their subfolders. */
function libraryFolders(root) {
  const found = [];
  const visit = (folder) => {
    const entries = readdirSync(path.join(root, folder), { withFileTypes: true });
    if (entries.some((entry) => /\.so(\.|$)/.test(entry.name))) found.push(folder);
    for (const entry of entries) if (entry.isDirectory()) visit(path.join(folder, entry.name));
  };
  for (const top of ['usr/lib', 'lib', 'usr/local/lib']) if (existsSync(path.join(root, top))) visit(top);
  return found;
}

/** The packages of the system that `name` lacks to be installed, itself included; null when apt does not know it. */
async function missingClosure(name, options) {
  const plan = await run('apt-get', [...options, '-s', '-y', '--no-install-recommends', 'install', name], {
    env: QUIET,
  });
  if (plan.code !== 0) return null;
  // The package may be installed with its program elsewhere or broken: then at least the package itself is unpacked.
  const names = [...plan.output.matchAll(/^Inst (\S+)/gm)].map((match) => match[1]);
  return [...new Set([...names, name])].filter((item) => !NEVER_UNPACKED.has(item));
}

/** Unpacks `name` and what it lacks below `folder`, by an apt that is given `options`. Null, or what went wrong. */
async function downloadAndUnpack(name, folder, options) {
  const closure = await missingClosure(name, options);
  if (closure === null) return `apt-get does not know the package ${name}`;
  const debs = path.join(folder, 'debs');
  mkdirSync(debs, { recursive: true });
  const download = await run('apt-get', [...options, 'download', ...closure], { cwd: debs, env: QUIET });
  if (download.code !== 0) return `apt-get download: ${lastLines(download.output)}`;
  for (const deb of readdirSync(debs).filter((file) => file.endsWith('.deb'))) {
    const unpacked = await run('dpkg', ['-x', path.join(debs, deb), path.join(folder, 'root')], { env: QUIET });
    if (unpacked.code !== 0) return `dpkg -x ${deb}: ${lastLines(unpacked.output)}`;
  }
  return null;
}

/**
 * Unpacks a Debian package with the dependencies that the system lacks into `<tools>/packages/<name>`, without root,
 * and writes one script per program into `<tools>/bin` that runs it with these libraries.
 * Resolves to null, or to what went wrong.
 */
export async function unpackPackage(name, programs, tools) {
  const work = path.join(tools, `unpack-${name}-${process.pid}`);
  const home = path.join(tools, 'packages', name);
  try {
    rmSync(work, { recursive: true, force: true });
    let problem = await downloadAndUnpack(name, path.join(work, 'first'), []);
    if (problem !== null) {
      // Lists of its own, for a system whose lists are missing or older than the mirror.
      const lists = path.join(work, 'lists');
      const cache = path.join(work, 'cache');
      mkdirSync(path.join(lists, 'partial'), { recursive: true });
      mkdirSync(path.join(cache, 'archives/partial'), { recursive: true });
      const options = ['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${cache}`, '-o', 'Debug::NoLocking=1'];
      const update = await run('apt-get', [...options, 'update'], { env: QUIET });
      problem = await downloadAndUnpack(name, path.join(work, 'second'), options);
      if (problem !== null) return update.code === 0 ? problem : `${problem}\n${lastLines(update.output)}`;
    }
    const root = ['second', 'first'].map((pass) => path.join(work, pass, 'root')).find(existsSync);
    rmSync(home, { recursive: true, force: true });
    mkdirSync(path.dirname(home), { recursive: true });
    renameSync(root, home);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const libraries = libraryFolders(home);
  for (const program of programs) {
    const binary = ['usr/bin', 'usr/sbin', 'bin', 'sbin']
      .map((dir) => `${dir}/${program}`)
      .find((file) => existsSync(path.join(home, file)));
    if (!binary) return `the package ${name} has no program ${program}`;
    writeWrapper(path.join(tools, 'bin', program), `packages/${name}`, binary, libraries);
  }
  return null;
}

/** Paths are relative to the script, so that the folder may be moved; `exec` keeps the pid and the signals. */
function writeWrapper(file, home, binary, libraries) {
  const search = libraries.map((folder) => `$home/${folder}`).join(':');
  const lines = [
    '#!/bin/sh',
    `home="\${0%/*}/../${home}"`,
    `LD_LIBRARY_PATH="${search}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`,
    'export LD_LIBRARY_PATH',
    `exec "$home/${binary}" "$@"`,
  ];
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${lines.join('\n')}\n`, { mode: 0o755 });
  renameSync(draft, file);
}

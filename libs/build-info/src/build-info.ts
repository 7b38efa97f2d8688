import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Which build of the platform a process is. */
export interface BuildInfo {
  /** Of package.json. */
  version: string;
  /** Git revision; `unknown` outside a clone where nobody stated it. */
  revision: string;
}

/** @param stated revision, for where there is no clone to read it from: an image states the one that it was built from */
export function buildInfo(stated?: string): BuildInfo {
  const root = rootOf(__dirname);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { version, revision: stated || revisionOf(root) };
}

/** The folder of the package that this file is part of, compiled or not. */
function rootOf(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at;
    if (dirname(at) === at) throw new Error(`there is no package.json above ${folder}`);
  }
}

/** What HEAD of a clone names, read without git: a service may start where there is none. */
export function revisionOf(root: string): string {
  const git = gitFolder(root);
  const head = git && textOf(join(git, 'HEAD'));
  if (!git || !head) return 'unknown';
  const branch = /^ref: (.+)$/.exec(head)?.[1];
  if (branch === undefined) return head;
  // The branches of a linked worktree are in the clone that it belongs to.
  const shared = resolve(git, textOf(join(git, 'commondir')) ?? '.');
  const packed = textOf(join(shared, 'packed-refs')) ?? '';
  const line = packed.split('\n').find((entry) => entry.endsWith(` ${branch}`));
  return textOf(join(shared, branch)) ?? line?.split(' ')[0] ?? 'unknown';
}

function gitFolder(root: string): string | undefined {
  const path = join(root, '.git');
  const link = /^gitdir: (.+)$/.exec(textOf(path) ?? '')?.[1];
  if (link !== undefined) return resolve(root, link);
  return existsSync(join(path, 'HEAD')) ? path : undefined;
}

/** Undefined where there is no such file. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

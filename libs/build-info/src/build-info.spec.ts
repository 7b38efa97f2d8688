import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { version } from '../../../package.json';
import { buildInfo, revisionOf } from './build-info';

const hasGit = (() => {
  try {
    execFileSync('git', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

describe('buildInfo', () => {
  it('has the version of the package, and the revision that was stated', () => {
    expect(buildInfo('abc')).toEqual({ version, revision: 'abc' });
  });
});

describe('revisionOf', () => {
  let dir: string;
  const git = (cwd: string, ...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();

  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'propago-test-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('is unknown outside a clone', () => {
    expect(revisionOf(dir)).toBe('unknown');
  });

  (hasGit ? it : it.skip)('is what git says: on a branch, packed, detached, in a linked worktree', () => {
    const clone = join(dir, 'clone');
    mkdirSync(clone);
    git(clone, 'init', '-q');
    expect(revisionOf(clone)).toBe('unknown');
    git(clone, 'commit', '-q', '--allow-empty', '-m', 'first');
    const head = git(clone, 'rev-parse', 'HEAD');
    expect(revisionOf(clone)).toBe(head);
    git(clone, 'pack-refs', '--all');
    expect(revisionOf(clone)).toBe(head);
    git(clone, 'worktree', 'add', '-q', '-b', 'topic/one', join(dir, 'linked'));
    git(join(dir, 'linked'), 'commit', '-q', '--allow-empty', '-m', 'second');
    expect(revisionOf(join(dir, 'linked'))).toBe(git(join(dir, 'linked'), 'rev-parse', 'HEAD'));
    git(clone, 'checkout', '-q', '--detach');
    expect(revisionOf(clone)).toBe(head);
  });
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GuardedProcess } from './guarded-process';

describe('GuardedProcess', () => {
  let dir: string;
  let logFile: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'propago-test-'));
    logFile = join(dir, 'log');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('tells how the process ended and keeps the end of its log', async () => {
    const sut = new GuardedProcess('sh', ['/bin/sh', '-c', 'echo one; echo two >&2; exit 3'], { logFile });
    expect(await sut.exited).toBe('exited with code 3');
    expect(sut.running).toBe(false);
    expect(sut.logTail(1)).toBe('two');
    expect(readFileSync(logFile, 'utf8')).toBe('one\ntwo\n');
  });

  it('tells that a program does not exist', async () => {
    const sut = new GuardedProcess('none', ['/nonexistent/program'], { logFile });
    expect(await sut.exited).toMatch(/exited with code 127|ENOENT/);
    await sut.stop();
  });

  it('is ended by SIGKILL when it ignores SIGTERM', async () => {
    const sut = new GuardedProcess('sh', ['/bin/sh', '-c', 'trap "" TERM; echo up; while :; do sleep 0.05; done'], {
      logFile,
    });
    while (!sut.logTail()) await new Promise((resolve) => setTimeout(resolve, 10));
    await sut.stop('SIGTERM', 200);
    expect(await sut.exited).toBe('ended by SIGKILL');
  });

  it('stops a process that is frozen', async () => {
    const sut = new GuardedProcess('sleep', ['/bin/sleep', '60'], { logFile });
    sut.kill('SIGSTOP');
    await sut.stop('SIGTERM', 5000);
    expect(await sut.exited).toBe('ended by SIGTERM');
  });
});

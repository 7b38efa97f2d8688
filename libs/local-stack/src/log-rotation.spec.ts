import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogRotation } from './log-rotation';

describe('LogRotation', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'propago-test-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const read = (name: string): string => readFileSync(join(dir, name), 'utf8');

  it('moves a large log aside, keeps a bounded number of them, and lets whoever holds it open append', () => {
    const sut = new LogRotation(dir, { maxBytes: 100, older: 2 });
    const log = openSync(join(dir, 'gateway-0.log'), 'a');
    writeSync(log, 'short\n');
    sut.rotate();
    expect(readdirSync(dir)).toEqual(['gateway-0.log']);
    for (const round of ['a', 'b', 'c', 'd']) {
      writeSync(log, `${round.repeat(200)}\n`);
      sut.rotate();
    }
    writeSync(log, 'after\n');
    closeSync(log);
    sut.stop();
    expect(readdirSync(dir).sort()).toEqual(['gateway-0.log', 'gateway-0.log.1', 'gateway-0.log.2']);
    expect(read('gateway-0.log')).toBe('after\n');
    expect(read('gateway-0.log.1')).toBe(`${'d'.repeat(200)}\n`);
    expect(read('gateway-0.log.2')).toBe(`${'c'.repeat(200)}\n`);
  });
});

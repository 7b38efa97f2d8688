import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeOf, prepareReplacement, replaceData, settleReplacement } from './replacement';

describe('replaceData', () => {
  let dir: string;
  const write = (place: string, content: string): void => {
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'content'), content);
  };
  const read = (place: string): string => readFileSync(join(place, 'content'), 'utf8');
  const fill = (folder: string, content: string): void => {
    write(placeOf(folder, 'postgres'), content);
    write(placeOf(folder, 'blobs'), content);
    writeFileSync(join(folder, 'key-secret'), content);
  };
  const PLAN = { take: ['postgres', 'blobs', 'key-secret'], remove: ['redis'] } as const;
  const plan = { take: [...PLAN.take], remove: [...PLAN.remove] };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'propago-test-'));
    fill(dir, 'old');
    write(placeOf(dir, 'redis'), 'old');
    write(join(dir, 'logs'), 'old');
  });
  afterEach(() => {
    // As root it may be elsewhere.
    for (const folder of [dir, join(dir, 'replacement')]) {
      rmSync(placeOf(folder, 'postgres'), { recursive: true, force: true });
    }
    rmSync(dir, { recursive: true, force: true });
  });

  const expectNew = (): void => {
    expect([read(placeOf(dir, 'postgres')), read(join(dir, 'blobs'))]).toEqual(['new', 'new']);
    expect(readFileSync(join(dir, 'key-secret'), 'utf8')).toBe('new');
    expect(existsSync(join(dir, 'redis'))).toBe(false);
    expect(read(join(dir, 'logs'))).toBe('old');
    expect(existsSync(join(dir, 'replacement'))).toBe(false);
  };

  it('puts what was prepared in the place of what was there', () => {
    fill(prepareReplacement(dir), 'new');
    replaceData(dir, plan);
    expectNew();
  });

  it('keeps the database that was there where it is told to', () => {
    const keepDatabaseAs = join(dir, 'postgres-17');
    fill(prepareReplacement(dir), 'new');
    replaceData(dir, { ...plan, keepDatabaseAs });
    expectNew();
    expect(read(keepDatabaseAs)).toBe('old');
  });

  it('is carried on wherever it was cut off after its plan was written', () => {
    for (let done = 0; done <= plan.take.length; done++) {
      fill(dir, 'old');
      write(placeOf(dir, 'redis'), 'old');
      const folder = prepareReplacement(dir);
      fill(folder, 'new');
      writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
      for (const name of plan.take.slice(0, done)) {
        rmSync(placeOf(dir, name), { recursive: true });
        if (name === 'key-secret') writeFileSync(placeOf(dir, name), 'new');
        else write(placeOf(dir, name), 'new');
        rmSync(placeOf(folder, name), { recursive: true });
      }
      // And once in the middle of one: what was there is gone already.
      const next = plan.take[done];
      if (next) rmSync(placeOf(dir, next), { recursive: true });
      settleReplacement(dir);
      expectNew();
    }
  });

  it('never happened where it was cut off before', () => {
    fill(prepareReplacement(dir), 'half');
    settleReplacement(dir);
    expect(read(placeOf(dir, 'postgres'))).toBe('old');
    expect(readdirSync(dir)).not.toContain('replacement');
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ThreadPool } from './thread-pool';

/** Answers with its thread id; on request it throws, exits, or never answers. */
const WORKER = `
const { parentPort, threadId, workerData } = require('node:worker_threads');
if (workerData.fails) {
  parentPort.postMessage({ failed: { code: 'ENCODER_INVALID', message: 'no such model' } });
} else {
  parentPort.on('message', (request) => {
    if (request === 'end-thread') return parentPort.close();
    if (request === 'crash') throw new Error('worker bug');
    if (request === 'exit') process.exit(3);
    if (request === 'refuse') return parentPort.postMessage({ failed: { code: 'FEATURES_INVALID', message: 'bad row' } });
    if (request !== 'hang') parentPort.postMessage({ reply: threadId });
  });
  parentPort.postMessage({ ready: 'hello' });
}`;

describe('ThreadPool', () => {
  let folder: string;
  let file: string;
  const pools: ThreadPool<string, number, string>[] = [];
  const pool = (size: number, workerData = {}) => {
    pools.push(new ThreadPool(file, workerData, size));
    return pools[pools.length - 1];
  };
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'propago-threads-'));
    file = path.join(folder, 'worker.js');
    await writeFile(file, WORKER);
  });
  afterAll(async () => {
    await Promise.all(pools.map((p) => p.close()));
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps one thread per slot and answers more requests than it has threads', async () => {
    const sut = pool(2);
    expect(await sut.start()).toBe('hello');
    const threads = await Promise.all(Array.from({ length: 9 }, () => sut.run('id')));
    expect(new Set(threads).size).toBe(2);
  });

  it.each([
    ['crash', /worker bug/],
    ['exit', /exit code 3/],
  ])(
    'rejects only the pending request of a thread on %s and answers the next from a new thread',
    async (how, message) => {
      const sut = pool(1);
      const before = await sut.run('id');
      await expect(sut.run(how)).rejects.toMatchObject({
        code: 'ENCODER_FAILED',
        message: expect.stringMatching(message),
      });
      const after = await sut.run('id');
      expect(after).not.toBe(before);
      expect(await sut.run('id')).toBe(after);
    },
  );

  it('keeps the thread whose request was refused', async () => {
    const sut = pool(1);
    const before = await sut.run('id');
    await expect(sut.run('refuse')).rejects.toMatchObject({ code: 'FEATURES_INVALID', message: 'bad row' });
    expect(await sut.run('id')).toBe(before);
  });

  it('gives the reason of a thread that cannot work', async () => {
    const sut = pool(2, { fails: true });
    await expect(sut.start()).rejects.toMatchObject({ code: 'ENCODER_INVALID', message: 'no such model' });
  });

  it('rejects pending and later requests when it is closed', async () => {
    const sut = pool(1);
    await sut.start();
    const pending = expect(sut.run('hang')).rejects.toMatchObject({ code: 'ENCODER_FAILED' });
    const queued = expect(sut.run('id')).rejects.toMatchObject({ code: 'ENCODER_FAILED' });
    await sut.close();
    await Promise.all([pending, queued]);
    await expect(sut.run('id')).rejects.toMatchObject({
      code: 'ENCODER_FAILED',
      message: expect.stringMatching(/closed/),
    });
  });
});

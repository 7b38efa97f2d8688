import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openEncoder, type EncoderOptions } from './encoder';
import { EncoderProcess } from './encoder-process';
import { loadEncoderCard } from './load-encoder-card';
import { noiseFrames, tinyEncoderBytes } from './tiny-encoder.fixture';

const SIZE = { count: 3, width: 64, height: 48 };
const frames = noiseFrames(SIZE.count, SIZE.width, SIZE.height);

let folder: string;
let options: EncoderOptions;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'propago-encoder-process-'));
  const file = path.join(folder, 'tiny.onnx');
  writeFileSync(file, tinyEncoderBytes());
  options = { path: file, card: await loadEncoderCard(file), workers: 2 };
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function withProcess<T>(work: (encoder: EncoderProcess) => Promise<T>): Promise<T> {
  const encoder = await EncoderProcess.open(options);
  try {
    return await work(encoder);
  } finally {
    await encoder.close();
  }
}

const isAlive = (pid: number) => existsSync(`/proc/${pid}`);

describe('an encoder in a process of its own', () => {
  it('gives the same bits as in this process, also to several callers at once', async () => {
    const inside = await openEncoder(options);
    const expected = await inside.encode(frames, SIZE, 'fp32');
    await inside.close();
    await withProcess(async (encoder) => {
      const both = await Promise.all([encoder.encode(frames, SIZE, 'fp32'), encoder.encode(frames, SIZE, 'fp32')]);
      for (const encoded of both) expect({ ...encoded, runMs: 0 }).toEqual({ ...expected, runMs: 0 });
    });
  });

  it('is gone when it has been closed, and says so to later callers', async () => {
    const encoder = await EncoderProcess.open(options);
    const pid = encoder.pid!;
    await encoder.close();
    expect(isAlive(pid)).toBe(false);
    await expect(encoder.encode(frames, SIZE)).rejects.toMatchObject({ code: 'ENCODER_FAILED' });
  });

  it('passes on why a file cannot be loaded, and leaves no process', async () => {
    const file = path.join(folder, 'damaged.onnx');
    writeFileSync(file, Buffer.from(readFileSync(options.path)).fill(0, 100, 200));
    const opening = EncoderProcess.open({ ...options, path: file });
    await expect(opening).rejects.toMatchObject({
      code: 'ENCODER_INVALID',
      message: expect.stringContaining('has changed'),
    });
    expect(readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1')).toBe('');
  });

  it('passes on why a frame cannot be encoded, and goes on', async () => {
    await withProcess(async (encoder) => {
      const odd = encoder.encode(frames, { ...SIZE, width: 63 });
      await expect(odd).rejects.toMatchObject({ code: 'ENCODER_FAILED', message: expect.stringContaining('63x48') });
      expect((await encoder.encode(frames, SIZE)).grid).toEqual({ rows: 6, cols: 8, patchSize: 8 });
    });
  });

  it('rejects its callers when it is killed', async () => {
    await withProcess(async (encoder) => {
      process.kill(encoder.pid!, 'SIGSTOP');
      const encoding = encoder.encode(frames, SIZE);
      process.kill(encoder.pid!, 'SIGKILL');
      await expect(encoding).rejects.toMatchObject({
        code: 'ENCODER_FAILED',
        message: expect.stringContaining('SIGKILL'),
      });
      await encoder.ended;
    });
  });

  it('outlasts the signals of a shutdown, knows no address of the platform and tells nobody of its work', async () => {
    process.env.DATABASE_URL_OF_TEST = 'postgres://user:secret@host/db';
    try {
      await withProcess(async (encoder) => {
        process.kill(encoder.pid!, 'SIGTERM');
        process.kill(encoder.pid!, 'SIGINT');
        expect((await encoder.encode(frames, SIZE)).dim).toBe(4);
        const environment = readFileSync(`/proc/${encoder.pid}/environ`, 'latin1');
        expect(environment).not.toContain('secret');
        expect(environment).toContain('ORT_DISABLE_TELEMETRY=1');
      });
    } finally {
      delete process.env.DATABASE_URL_OF_TEST;
    }
  });
});

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Encoder, EncoderOptions, openEncoder } from './encoder';
import { encoderThreads } from './encoder-thread';
import { halvesToFloats } from './half-float';
import { loadEncoderCard } from './load-encoder-card';
import { noiseFrames, tinyEncoderBytes, TinyEncoderOptions } from './tiny-encoder.fixture';

const defaultEncoder = path.resolve(__dirname, '../../../encoders/colour-descriptor.onnx');
const vit = path.resolve(__dirname, '../../../../shared/encoders/vit_ti16_imagenet.onnx');
const withShared = existsSync(vit) ? it : it.skip;
const size = { width: 48, height: 32 };

// Each test starts threads that load ONNX Runtime; on a busy machine that takes its time.
jest.setTimeout(60_000);

describe('Encoder', () => {
  let folder: string;
  const opened: Encoder[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'propago-encoder-'));
  });
  afterEach(() => Promise.all(opened.splice(0).map((encoder) => encoder.close())));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function open(file: string, options: Partial<EncoderOptions> = {}): Promise<Encoder> {
    const encoder = await openEncoder({ path: file, card: options.card ?? (await loadEncoderCard(file)), ...options });
    opened.push(encoder);
    return encoder;
  }

  let files = 0;
  async function tiny(options: TinyEncoderOptions = {}): Promise<string> {
    const file = path.join(folder, `tiny-${files++}.onnx`);
    await writeFile(file, tinyEncoderBytes(options));
    return file;
  }

  it('gives the same unit rows for both layouts, patches row-major', async () => {
    const frames = noiseFrames(2, size.width, size.height);
    const map = await (await open(await tiny({ layout: 'map' }))).encode(frames, { count: 2, ...size }, 'fp32');
    const tokens = await (await open(await tiny({ layout: 'tokens' }))).encode(frames, { count: 2, ...size }, 'fp32');
    expect(map).toMatchObject({ grid: { rows: 4, cols: 6, patchSize: 8 }, dim: 4 });
    expect(map.features).toHaveLength(2 * 24 * 4);
    expect({ ...tokens, runMs: 0 }).toEqual({ ...map, runMs: 0 });
    for (let row = 0; row < 48; row++) {
      expect(Math.hypot(...map.features.subarray(row * 4, row * 4 + 4))).toBeCloseTo(1, 6);
    }
    // The patch at row 1, column 2 of frame 1 alone gives the same row.
    const patch = new Uint8Array(8 * 8 * 3);
    for (let y = 0; y < 8; y++) {
      const from = ((32 + 8 + y) * 48 + 16) * 3;
      patch.set(frames.subarray(from, from + 24), y * 24);
    }
    const alone = await (await open(await tiny())).encode(patch, { count: 1, width: 8, height: 8 }, 'fp32');
    const row = 24 + 6 + 2;
    alone.features.forEach((value, c) => expect(value).toBeCloseTo(map.features[row * 4 + c], 6));
  });

  it('rounds to binary16 by default', async () => {
    const frames = noiseFrames(1, size.width, size.height);
    const encoder = await open(await tiny());
    const half = await encoder.encode(frames, { count: 1, ...size });
    const full = await encoder.encode(frames, { count: 1, ...size }, 'fp32');
    expect(half.features).toBeInstanceOf(Uint16Array);
    halvesToFloats(half.features).forEach((value, i) =>
      expect(Math.abs(value - full.features[i])).toBeLessThan(2 ** -12),
    );
  });

  it('gives the same bits for any cut of the frames and number of threads', async () => {
    const frames = noiseFrames(7, size.width, size.height);
    for (const file of [await tiny({ layout: 'tokens' }), defaultEncoder]) {
      const whole = await (await open(file)).encode(frames, { count: 7, ...size });
      for (const options of [{ workers: 3 }, { intraOpThreads: 2 }]) {
        const encoder = await open(file, options);
        expect((await encoder.encode(frames, { count: 7, ...size })).features).toEqual(whole.features);
        const last = await encoder.encode(frames.subarray(6 * 48 * 32 * 3), { count: 1, ...size });
        expect([...last.features]).toEqual([...whole.features.subarray((6 / 7) * whole.features.length)]);
      }
    }
  });

  it('gives the same bits for any cut of the frames when it runs fixed batches', async () => {
    const frames = noiseFrames(7, size.width, size.height);
    const card = await loadEncoderCard(defaultEncoder);
    const thread = {
      path: defaultEncoder,
      sha256: card.sha256,
      provider: 'cpu' as const,
      deviceId: 0,
      intraOpThreads: 1,
      graph: { kind: 'served' as const, card, network: 'plain' as const },
    };
    const encoder = new Encoder(card, encoderThreads(thread, 2), () => 4);
    opened.push(encoder);
    const whole = await encoder.encode(frames, { count: 7, ...size });
    for (const first of [0, 3, 6]) {
      const from = frames.subarray(first * 48 * 32 * 3);
      const rest = await encoder.encode(from, { count: 7 - first, ...size });
      expect([...rest.features]).toEqual([...whole.features.subarray((first / 7) * whole.features.length)]);
    }
  });

  withShared('gives a ViT the same bits on one thread, on two, and from two workers (needs ../shared)', async () => {
    const frames = noiseFrames(3, 160, 96);
    const batch = { count: 3, width: 160, height: 96 };
    const alone = await (await open(vit)).encode(frames, batch);
    for (const options of [{ intraOpThreads: 2 }, { workers: 2 }]) {
      expect((await (await open(vit, options)).encode(frames, batch)).features).toEqual(alone.features);
    }
  });

  it('leaves the event loop running while it encodes', async () => {
    const encoder = await open(await tiny());
    const frames = noiseFrames(1, 1920, 1080);
    let turns = 0;
    let done = false;
    const encoding = encoder.encode(frames, { count: 1, width: 1920, height: 1080 }).finally(() => (done = true));
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    await encoding;
    // On this thread the loop would turn once or twice: the frame is one blocking run.
    expect(turns).toBeGreaterThan(50);
  });

  it('never loads ONNX Runtime into the thread of its caller', () => {
    const built = path.resolve(__dirname, '../../../dist/libs/encoder/src');
    const script = `require(${JSON.stringify(built)}); console.log(Object.keys(require.cache).join('\\n'))`;
    const loaded = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    expect(loaded).toContain('encoder-thread.js');
    expect(loaded).not.toContain('onnxruntime');
  });

  it('can be closed in the middle of a call, which rejects after the frame in progress', async () => {
    const encoder = await open(await tiny());
    const frames = noiseFrames(60, 240, 160);
    const encoding = expect(encoder.encode(frames, { count: 60, width: 240, height: 160 })).rejects.toMatchObject({
      code: 'ENCODER_FAILED',
      message: 'The encoder has been closed.',
    });
    await encoder.close();
    await encoding;
  });

  it('leaves the frames of the caller as they are', async () => {
    const frames = noiseFrames(2, size.width, size.height);
    await (await open(await tiny())).encode(frames, { count: 2, ...size });
    expect(frames).toEqual(noiseFrames(2, size.width, size.height));
  });

  it.each<[string, TinyEncoderOptions, RegExp]>([
    ['zero', { weight: () => 0 }, /Frame 0, patch 0: .*all zero/],
    ['infinite', { weight: () => 3e38 }, /Frame 0, patch 0: .*NaN or infinite/],
  ])('refuses %s features by name and works on', async (_, options, message) => {
    const encoder = await open(await tiny(options));
    const encode = () => encoder.encode(noiseFrames(1, 16, 16), { count: 1, width: 16, height: 16 });
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(encode()).rejects.toMatchObject({
        code: 'FEATURES_INVALID',
        message: expect.stringMatching(message),
      });
    }
  });

  it('refuses frames of another size than their bytes or than its patches', async () => {
    const encoder = await open(await tiny());
    await expect(encoder.encode(new Uint8Array(5), { count: 1, ...size })).rejects.toThrow(/Expected 4608 bytes/);
    await expect(encoder.encode(new Uint8Array(300), { count: 1, width: 10, height: 10 })).rejects.toThrow(
      /multiples of 8/,
    );
  });

  it('names the execution providers of this machine when the wanted one does not start', async () => {
    // No machine has a hundred GPUs, so this fails with and without CUDA.
    const opening = open(await tiny(), { provider: 'cuda', deviceId: 99 });
    await expect(opening).rejects.toMatchObject({
      code: 'EXECUTION_PROVIDER_UNAVAILABLE',
      message: expect.stringMatching(/"cuda" does not start.*cpu \(bundled\)/),
    });
  });

  it('refuses a file that has changed since its card was made', async () => {
    const file = await tiny();
    const card = await loadEncoderCard(file);
    await writeFile(file, tinyEncoderBytes({ dim: 6 }));
    await expect(open(file, { card })).rejects.toMatchObject({
      code: 'ENCODER_INVALID',
      message: expect.stringMatching(/has changed/),
    });
  });
});

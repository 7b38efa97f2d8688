import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EncoderCard } from './encoder-card';
import { encoderThreads, EncodeReply, RawReply } from './encoder-thread';
import { fromHalf } from './half-float';
import { loadEncoderCard } from './load-encoder-card';
import { ONNX_FLOAT, ONNX_FLOAT16, OnnxModel, onnxNode, readOnnxModel, writeOnnxModel } from './onnx-model';
import { servedGraph } from './served-graph';
import { noiseFrames, tinyEncoder, TinyEncoderOptions } from './tiny-encoder.fixture';

const shipped = path.resolve(__dirname, '../../../encoders');
const vit = path.resolve(__dirname, '../../../../shared/encoders/vit_ti16_imagenet.onnx');
const withShared = existsSync(vit) ? it : it.skip;

jest.setTimeout(120_000);

describe('servedGraph', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'propago-served-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function write(model: OnnxModel): Promise<string> {
    const file = path.join(folder, 'encoder.onnx');
    await writeFile(file, writeOnnxModel(model));
    return file;
  }

  async function answer<Reply>(file: string, card: EncoderCard, kind: 'file' | 'served', request: object) {
    const options = { path: file, sha256: card.sha256, provider: 'cpu' as const, deviceId: 0, intraOpThreads: 1 };
    const threads = encoderThreads(
      { ...options, graph: kind === 'file' ? { kind } : { kind, card, network: 'plain' } },
      1,
    );
    await threads.start();
    try {
      return (await threads.run(request as never)) as Reply;
    } finally {
      await threads.close();
    }
  }

  /** The rows by their definition, in float64: pixels to numbers, the file's own graph, the length, the quotient. */
  async function byDefinition(file: string, card: EncoderCard, frames: Uint8Array, size: Size): Promise<number[]> {
    const { count, width, height } = size;
    const pixels = width * height;
    const input = Float32Array.from({ length: count * 3 * pixels }, (_, i) => {
      const channel = Math.floor(i / pixels) % 3;
      const value = frames[(Math.floor(i / pixels / 3) * pixels + (i % pixels)) * 3 + channel];
      return (value / 255 - card.mean[channel]) / card.std[channel];
    });
    const dims = [count, 3, height, width];
    const raw = { kind: 'raw', input, dims, names: [card.inputName, card.outputName] };
    const { values } = await answer<RawReply>(file, card, 'file', raw);
    const { dim, layout, patchSize } = card;
    const patches = pixels / patchSize ** 2;
    const at = (frame: number, patch: number, channel: number) =>
      values![frame * patches * dim + (layout === 'map' ? channel * patches + patch : patch * dim + channel)];
    return Array.from({ length: count * patches }, (_, row) => {
      const values = Array.from({ length: dim }, (_, c) => at(Math.floor(row / patches), row % patches, c));
      const length = card.l2Normalised ? 1 : Math.hypot(...values);
      return values.map((value) => value / length);
    }).flat();
  }

  async function served(file: string, card: EncoderCard, frames: Uint8Array, size: Size, dtype: 'fp16' | 'fp32') {
    const request = { kind: 'encode', frames, firstFrame: 0, batch: size.count, ...size, dtype, card };
    const { features } = await answer<EncodeReply>(file, card, 'served', request);
    return dtype === 'fp32' ? [...new Float32Array(features)] : [...new Uint16Array(features)].map(fromHalf);
  }

  async function expectSame(file: string, size: Size): Promise<void> {
    const card = await loadEncoderCard(file);
    const frames = noiseFrames(size.count, size.width, size.height);
    const expected = await byDefinition(file, card, frames, size);
    const full = await served(file, card, frames, size, 'fp32');
    const half = await served(file, card, frames, size, 'fp16');
    expect(full).toHaveLength(expected.length);
    expect(half).toHaveLength(expected.length);
    // Rounding alone: of float32, which sums of noise magnify, and half a step of binary16 below 1.
    expect(largestDifference(full, expected)).toBeLessThan(1e-5);
    expect(largestDifference(half, expected)).toBeLessThan(2 ** -12 + 1e-5);
  }

  it.each(['colour-descriptor.onnx', 'conv-descriptor.onnx', 'conv-descriptor-fp32.onnx'])(
    'gives what %s gives by its definition',
    (name) => expectSame(path.join(shipped, name), { count: 2, width: 104, height: 72 }),
  );

  withShared('gives what a ViT gives by its definition (needs ../shared)', () =>
    expectSame(vit, { count: 2, width: 112, height: 80 }),
  );

  it.each<[string, TinyEncoderOptions]>([
    ['rows of tokens', { layout: 'tokens' }],
    ['a map', { layout: 'map' }],
    ['patches of an odd size', { layout: 'map', patchSize: 7, dim: 5 }],
  ])('gives unit rows of %s', async (_, options) =>
    expectSame(await write(tinyEncoder(options)), { count: 3, width: 56, height: 112 }),
  );

  it.each([11, 13, 17, 18, 21])('fits a file of operator set %d', async (version) => {
    for (const layout of ['map', 'tokens'] as const) {
      const model = { ...tinyEncoder({ layout }), opsetImport: [{ version }] };
      await expectSame(await write(model), { count: 1, width: 24, height: 40 });
    }
  });

  it('fits a graph that computes in binary16 between float32 ends', async () => {
    const model = tinyEncoder({ layout: 'map' });
    const conv = model.graph.node![0];
    model.graph.node = [
      onnxNode('Cast', ['image'], 'image.half', { to: ONNX_FLOAT16 }),
      onnxNode('Cast', ['weights'], 'weights.half', { to: ONNX_FLOAT16 }),
      { ...conv, name: 'conv', input: ['image.half', 'weights.half'], output: ['features.half'] },
      onnxNode('Cast', ['features.half'], 'features', { to: ONNX_FLOAT }),
    ];
    await expectSame(await write(model), { count: 2, width: 32, height: 24 });
  });

  it('keeps what it does not know of', async () => {
    const bytes = writeOnnxModel(tinyEncoder());
    // Field 20 of a model, training information, which nothing here reads.
    const unknown = Uint8Array.of(0xa2, 0x01, 3, 0x0a, 1, 0x0a);
    const card = await loadEncoderCard(await write(tinyEncoder()));
    const edited = Buffer.from(servedGraph(Buffer.concat([bytes, unknown]), card, 'plain'));
    expect(edited.includes(Buffer.from(unknown))).toBe(true);
    expect(readOnnxModel(edited).graph.initializer!.map(({ name }) => name)).toContain('weights');
  });

  it('refuses what is no model, and weights in another file', async () => {
    const card = await loadEncoderCard(await write(tinyEncoder()));
    expect(() => servedGraph(Buffer.from('no model'), card, 'plain')).toThrow(
      expect.objectContaining({ code: 'ENCODER_INVALID' }),
    );
    const outside = tinyEncoder();
    outside.graph.initializer![0].externalData = [{ key: 'location', value: '/etc/passwd' }];
    expect(() => servedGraph(writeOnnxModel(outside), card, 'plain')).toThrow(/lie in another file/);
  });

  it('is of the file: the same bytes give the same graph', async () => {
    const file = path.join(shipped, 'conv-descriptor.onnx');
    const [card, bytes] = [await loadEncoderCard(file), await readFile(file)];
    expect(Buffer.from(servedGraph(bytes, card, 'plain')).equals(Buffer.from(servedGraph(bytes, card, 'plain')))).toBe(
      true,
    );
  });
});

interface Size {
  count: number;
  width: number;
  height: number;
}

function largestDifference(one: readonly number[], other: readonly number[]): number {
  return one.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i])), 0);
}

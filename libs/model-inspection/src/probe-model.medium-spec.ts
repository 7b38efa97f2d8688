import { CARD_METADATA_KEY } from '@propago/encoder';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  floatTensor,
  int64Tensor,
  onnxNode,
  SmallModel,
  smallModelBytes,
  withConstantNode,
} from '../testing/models.fixture';
import { childProcesses } from '../testing/processes.fixture';
import { GOLDEN_METADATA_KEY } from './golden-features';
import { inspectModel } from './inspect-model';
import { probeModel, ProbeOptions } from './probe-model';

const root = path.resolve(__dirname, '../../..');
const vit = path.join(root, '../shared/encoders/vit_ti16_imagenet.onnx');
const withShared = existsSync(vit) ? it : it.skip;

const LIMITS: ProbeOptions = { memoryBytes: 2e9, cpuSeconds: 200, wallSeconds: 600 };
const PATCH = 8;
const DIM = 4;
const weight = (i: number) => Math.sin(i * 12.9898) / PATCH;

/** The unit rows of the small model with mean 0 and std 1, worked out without any runtime. */
function goldenOf(width: number, height: number): Record<string, unknown> {
  const [rows, cols] = [height / PATCH, width / PATCH];
  const features = new Float32Array(rows * cols * DIM);
  for (let patch = 0; patch < rows * cols; patch++) {
    const [top, left] = [Math.floor(patch / cols) * PATCH, (patch % cols) * PATCH];
    const row = Array.from({ length: DIM }, (_, out) => {
      let sum = 0;
      for (let c = 0; c < 3; c++) {
        for (let y = 0; y < PATCH; y++) {
          for (let x = 0; x < PATCH; x++) {
            const value = ((7 * (left + x) + 13 * (top + y) + 29 * c) % 256) / 255;
            sum += value * weight(((out * 3 + c) * PATCH + y) * PATCH + x);
          }
        }
      }
      return sum;
    });
    const length = Math.hypot(...row);
    row.forEach((value, c) => (features[patch * DIM + c] = value / length));
  }
  const text = Buffer.from(features.buffer).toString('base64');
  return { height, width, pattern: 'affine-mod', rows, cols, dim: DIM, features: text };
}

const plainCard = JSON.stringify({ patchSize: PATCH, mean: [0, 0, 0], std: [1, 1, 1] });
const withGolden = (golden: unknown): SmallModel => ({
  weight,
  metadata: { [CARD_METADATA_KEY]: plainCard, [GOLDEN_METADATA_KEY]: JSON.stringify(golden) },
});

// Each test starts processes that load ONNX Runtime; on a busy machine that takes its time.
jest.setTimeout(600_000);

describe('probeModel', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'propago-probe-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => expect(childProcesses()).toEqual([]));

  let files = 0;
  async function written(model: SmallModel | Uint8Array): Promise<string> {
    const file = path.join(folder, `${files++}.onnx`);
    await writeFile(file, model instanceof Uint8Array ? model : smallModelBytes(model));
    return file;
  }

  const refusal = async (model: SmallModel | Uint8Array, options: Partial<ProbeOptions> = {}) =>
    probeModel(await written(model), { ...LIMITS, ...options }).catch((error: unknown) => error);

  it('completes the card, says what it tried, and measures', async () => {
    const file = await written({});
    const { sha256 } = await inspectModel(file);
    const before = await readdir(tmpdir());
    const report = await probeModel(file, { ...LIMITS, sha256, facts: { name: 'mine', mean: [0.5, 0.5, 0.5] } });
    expect(report.card).toMatchObject({
      name: 'mine',
      sha256,
      patchSize: 8,
      dim: 4,
      layout: 'map',
      mean: [0.5, 0.5, 0.5],
    });
    expect(report.card.inferred).toContain('std');
    expect(report.sizes).toEqual([
      { batch: 1, width: 320, height: 192 },
      { batch: 1, width: 192, height: 264 },
      { batch: 2, width: 320, height: 192 },
    ]);
    expect(report).toMatchObject({ goldenError: null, frame: { width: 856, height: 480 }, threads: 1 });
    expect(report.secondsPerFrame).toBeGreaterThan(0);
    // Node and ONNX Runtime alone take more than 50 MB.
    expect(report.peakMemoryBytes).toBeGreaterThan(50e6);
    expect((await readdir(tmpdir())).filter((name) => !before.includes(name) && /model|onnx/.test(name))).toEqual([]);
  });

  withShared('takes a ViT as torch.onnx writes it (needs ../shared)', async () => {
    const { card } = await probeModel(vit, LIMITS);
    expect(card).toMatchObject({ name: 'vit-ti16-imagenet', layout: 'tokens', patchSize: 16, dim: 192 });
  });

  it('finds the shipped encoder as its exporter left it', async () => {
    const { card, goldenError } = await probeModel(path.join(root, 'encoders/conv-descriptor.onnx'), LIMITS);
    expect(card).toMatchObject({ name: 'conv-descriptor', patchSize: 8, dim: 168, inferred: [] });
    expect(goldenError).toBeLessThan(1e-4);
  });

  it('compares with the golden features of the exporter', async () => {
    const report = await probeModel(await written(withGolden(goldenOf(48, 32))), LIMITS);
    expect(report.goldenError).toBeLessThan(1e-5);
    const other = { ...goldenOf(48, 32), features: goldenOf(32, 48).features };
    expect(await refusal(withGolden(other))).toMatchObject({ code: 'MODEL_GOLDEN_MISMATCH' });
    expect(await refusal(withGolden({ ...goldenOf(48, 32), rows: 5 }))).toMatchObject({ code: 'MODEL_GOLDEN_INVALID' });
    expect(await refusal(withGolden({ ...goldenOf(48, 32), pattern: 'noise' }))).toMatchObject({
      code: 'MODEL_GOLDEN_INVALID',
      message: expect.stringContaining('pattern'),
    });
  });

  it.each<[string, string, SmallModel, RegExp]>([
    ['NaN', 'MODEL_NOT_FINITE', { after: [onnxNode('Sqrt', ['embedded'], 'features')] }, /gave NaN at position/],
    ['infinite numbers', 'MODEL_NOT_FINITE', { weight: () => 3e38 }, /gave -?Infinity|gave NaN/],
    ['only zeros', 'MODEL_FEATURES_INVALID', { weight: () => 0 }, /all zero/],
    [
      'another grid than its card says',
      'MODEL_SHAPE',
      { metadata: { [CARD_METADATA_KEY]: '{"patchSize":16}' } },
      /says patchSize 16, the encoder gives 8/,
    ],
    [
      'a grid that fits no patch size',
      'MODEL_SHAPE',
      { after: [onnxNode('AveragePool', ['embedded'], 'features', { kernel_shape: [3, 2] })] },
      /fit no patch size/,
    ],
    [
      'a grid that fits at one size only',
      'MODEL_SHAPE',
      {
        after: [onnxNode('Resize', ['embedded', '', '', 'sizes'], 'features', { mode: 'nearest' })],
        constants: [int64Tensor('sizes', [4], [1, DIM, 28, 56])],
      },
      /gave float32 \[1, 4, 28, 56\] for 1 of 320x192/,
    ],
    [
      'other features each time',
      'MODEL_NOT_DETERMINISTIC',
      {
        after: [
          onnxNode('RandomNormalLike', ['embedded'], 'noise'),
          onnxNode('Add', ['embedded', 'noise'], 'features'),
        ],
      },
      /The same 320x192 frame gave/,
    ],
    [
      'features that depend on the frame beside',
      'MODEL_NOT_DETERMINISTIC',
      { after: [onnxNode('Softmax', ['embedded'], 'features', { axis: 0 })] },
      /beside another one/,
    ],
  ])('refuses a model that gives %s as %s', async (_, code, model, message) => {
    expect(await refusal(model)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('refuses a file that cannot be loaded, has a bad card, or is not the one that was inspected', async () => {
    expect(await refusal(Buffer.from('GIF89a'))).toMatchObject({ code: 'MODEL_LOAD_FAILED' });
    const unknown = { after: [onnxNode('Backdoor', ['embedded'], 'features')] };
    expect(await refusal(unknown)).toMatchObject({ code: 'MODEL_LOAD_FAILED' });
    const badCard = { metadata: { [CARD_METADATA_KEY]: '{"patchsize":8}' } };
    expect(await refusal(badCard)).toMatchObject({ code: 'MODEL_CARD_INVALID' });
    expect(await refusal({}, { sha256: '0'.repeat(64) })).toMatchObject({ code: 'MODEL_CHANGED' });
  });

  it('bounds the memory of a model, at loading and at running', async () => {
    const bomb = withConstantNode(onnxNode('ConstantOfShape', ['dims'], 'big'), [
      int64Tensor('dims', [1], [145_500_000]),
    ]);
    await expect(inspectModel(await written(bomb))).rejects.toMatchObject({ code: 'MODEL_SHAPE_BOMB' });
    // 582 MB that no inspection has stopped.
    const loading = {
      after: [
        onnxNode('ConstantOfShape', ['dims'], 'big'),
        onnxNode('ReduceMax', ['big'], 'most'),
        onnxNode('Add', ['embedded', 'most'], 'features'),
      ],
      constants: [int64Tensor('dims', [1], [145_500_000])],
    };
    expect(await refusal(loading, { memoryBytes: 400e6 })).toMatchObject({ code: 'MODEL_OUT_OF_MEMORY' });
    // The square of the image's own shape: no constant shows it.
    const running = {
      after: [
        onnxNode('Shape', ['image'], 'size'),
        onnxNode('Mul', ['size', 'size'], 'square'),
        onnxNode('ConstantOfShape', ['square'], 'big'),
        onnxNode('ReduceMax', ['big'], 'most'),
        onnxNode('Add', ['embedded', 'most'], 'features'),
      ],
    };
    await expect(inspectModel(await written(running))).resolves.toMatchObject({ nodes: 6 });
    expect(await refusal(running)).toMatchObject({ code: 'MODEL_OUT_OF_MEMORY' });
  });

  it('bounds the time of a model', async () => {
    const pool = (from: string, to: string) =>
      onnxNode('AveragePool', [from], to, { kernel_shape: [63, 63], pads: [31, 31, 31, 31] });
    const names = Array.from({ length: 60 }, (_, i) => `p${i}`);
    const slow = {
      after: names.map((name, i) =>
        pool(i === 0 ? 'embedded' : names[i - 1], i === names.length - 1 ? 'features' : name),
      ),
    };
    expect(await refusal(slow, { cpuSeconds: 1 })).toMatchObject({ code: 'MODEL_TIMEOUT' });
    expect(await refusal({}, { wallSeconds: 0.1 })).toMatchObject({ code: 'MODEL_TIMEOUT' });
    expect(await refusal({}, { maxSecondsPerFrame: 1e-9 })).toMatchObject({
      code: 'MODEL_TOO_SLOW',
      message: expect.stringContaining('for a frame of 856x480'),
    });
  });

  it('accepts the constants that carry scales', async () => {
    const after = [onnxNode('Mul', ['embedded', 'gain'], 'features')];
    const report = await probeModel(await written({ after, constants: [floatTensor('gain', [1], [2])] }), LIMITS);
    expect(report.card.dim).toBe(4);
  });
});

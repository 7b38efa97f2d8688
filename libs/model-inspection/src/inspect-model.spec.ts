import { CodedError } from '@propago/contracts';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BAD_MODELS } from '../testing/bad-models.fixture';
import { floatTensor, int64Tensor, onnxNode, smallModelBytes } from '../testing/models.fixture';
import { inspectModel } from './inspect-model';

const root = path.resolve(__dirname, '../../..');
const vit = path.join(root, '../shared/encoders/vit_ti16_imagenet.onnx');
const withShared = existsSync(vit) ? it : it.skip;

describe('inspectModel', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'propago-inspection-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  let files = 0;
  async function written(bytes: Uint8Array): Promise<string> {
    const file = path.join(folder, `${files++}.onnx`);
    await writeFile(file, bytes);
    return file;
  }

  it.each(BAD_MODELS.map((model) => [model.name, model.code, model] as const))(
    'refuses %s as %s',
    async (_, code, model) => {
      const own = path.join(folder, `bad-${files++}`);
      await mkdir(own);
      const error = await inspectModel(await model.write(own)).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(CodedError);
      expect(error).toMatchObject({ code, message: expect.stringMatching(model.says) });
    },
  );

  it('tells what an accepted file says of itself', async () => {
    const file = await written(smallModelBytes({ metadata: { 'propago.card': '{"name":"small"}' } }));
    expect(await inspectModel(file)).toEqual({
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      bytes: (await readFile(file)).length,
      irVersion: 8,
      opset: 17,
      producer: 'test',
      nodes: 1,
      operators: { Conv: 1 },
      tensors: 1,
      weightBytes: 4 * 3 * 8 * 8 * 4,
      input: { name: 'image', shape: ['batch', 3, 'height', 'width'] },
      output: { name: 'features', shape: ['batch', 4, 'rows', 'cols'] },
      metadata: { 'propago.card': '{"name":"small"}' },
    });
  });

  it('accepts the default encoder', async () => {
    const facts = await inspectModel(path.join(root, 'encoders/colour-descriptor.onnx'));
    expect(facts).toMatchObject({ producer: 'propago', opset: 17, output: { shape: ['batch', 72, 'rows', 'cols'] } });
  });

  withShared('accepts a ViT as torch.onnx writes it (needs ../shared)', async () => {
    const facts = await inspectModel(vit);
    expect(facts).toMatchObject({ nodes: 886, opset: 18, sha256: expect.stringMatching(/^931454f9/) });
    expect(facts.weightBytes).toBeGreaterThan(20_000_000);
  });

  it('accepts small constants in the shapes that exporters write', async () => {
    const after = [
      onnxNode('ConstantOfShape', ['four'], 'ones'),
      onnxNode('Expand', ['cls', 'ones'], 'token'),
      onnxNode('Pad', ['embedded', 'pads'], 'features'),
    ];
    const constants = [
      int64Tensor('four', [1], [4]),
      int64Tensor('pads', [8], [0, 0, 0, 0, 0, 0, 0, 0]),
      floatTensor('cls', [1], [1]),
    ];
    await expect(inspectModel(await written(smallModelBytes({ after, constants })))).resolves.toMatchObject({
      nodes: 4,
    });
  });

  it('holds the limits that it is given', async () => {
    const file = await written(smallModelBytes());
    const refusal = (limits: Parameters<typeof inspectModel>[1]) =>
      inspectModel(file, limits).catch((e: CodedError) => e.code);
    expect(await refusal({ maxBytes: 100 })).toBe('MODEL_TOO_LARGE');
    expect(await refusal({ maxWeightBytes: 100 })).toBe('MODEL_WEIGHTS_TOO_LARGE');
    expect(await refusal({ maxStructureBytes: 100 })).toBe('MODEL_TOO_COMPLEX');
    expect(await refusal({ maxNodes: 0 })).toBe('MODEL_TOO_MANY_NODES');
    expect(await refusal({ maxAttributes: 1 })).toBe('MODEL_ATTRIBUTE_TOO_LARGE');
    expect(await refusal({ maxReach: 7 })).toBe('MODEL_SHAPE_BOMB');
  });
});

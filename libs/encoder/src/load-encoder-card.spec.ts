import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CARD_METADATA_KEY, EncoderFault, EncoderInvalid } from './encoder-card';
import { loadEncoderCard } from './load-encoder-card';
import { floatValue, writeOnnxModel } from './onnx-model';
import { tinyEncoder, tinyEncoderBytes, TinyEncoderOptions } from './tiny-encoder.fixture';

const vit = path.resolve(__dirname, '../../../../shared/encoders/vit_ti16_imagenet.onnx');
const withShared = existsSync(vit) ? it : it.skip;

// Each test starts threads that load ONNX Runtime; on a busy machine that takes its time.
jest.setTimeout(60_000);

describe('loadEncoderCard', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'propago-card-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  let files = 0;
  async function encoderFile(content: TinyEncoderOptions | Uint8Array): Promise<string> {
    const file = path.join(folder, `encoder-${files++}.onnx`);
    await writeFile(file, content instanceof Uint8Array ? content : tinyEncoderBytes(content));
    return file;
  }

  it('finds layout, patch size and dim of a file without any card, and lists what it assumed', async () => {
    const tokens = await loadEncoderCard(await encoderFile({ layout: 'tokens', patchSize: 16, dim: 6 }));
    expect(tokens).toMatchObject({ layout: 'tokens', patchSize: 16, inputMultiple: 16, dim: 6, l2Normalised: false });
    expect(tokens).toMatchObject({ inputName: 'image', outputName: 'features', mean: [0.485, 0.456, 0.406] });
    expect(tokens.inferred).toEqual(
      expect.arrayContaining(['mean', 'std', 'patchSize', 'dim', 'layout', 'l2Normalised']),
    );
    const map = await loadEncoderCard(await encoderFile({ layout: 'map', patchSize: 8, dim: 5 }));
    expect(map).toMatchObject({ layout: 'map', patchSize: 8, dim: 5 });
  });

  it('takes the metadata of the file before assumptions, and the sidecar before the metadata', async () => {
    const embedded = { name: 'embedded', mean: [0.1, 0.2, 0.3], std: [1, 1, 1] };
    const file = await encoderFile({ metadata: { [CARD_METADATA_KEY]: JSON.stringify(embedded) } });
    await writeFile(`${file}.card.json`, JSON.stringify({ name: 'beside', inputMultiple: 32 }));
    const card = await loadEncoderCard(file);
    expect(card).toMatchObject({ name: 'beside', mean: [0.1, 0.2, 0.3], inputMultiple: 32, patchSize: 8 });
    expect(card.inferred).not.toContain('mean');
    expect(card.inferred).toContain('patchSize');
  });

  it('takes what it is given before all others, and still finds out whether it is true', async () => {
    const file = await encoderFile({ metadata: { [CARD_METADATA_KEY]: '{"name":"embedded"}' } });
    expect(await loadEncoderCard(file, { name: 'given' })).toMatchObject({ name: 'given', patchSize: 8 });
    await expect(loadEncoderCard(file, { patchSize: 4 })).rejects.toThrow('The card says patchSize 4');
  });

  it.each<[EncoderFault, TinyEncoderOptions | Uint8Array]>([
    ['file', { inputShape: ['batch', 3, 224, 224] }],
    ['card', { metadata: { [CARD_METADATA_KEY]: '{' } }],
    ['load', { layout: 'tokens', inputShape: ['batch', 'length'] }],
    ['output', { layout: 'tokens', extraToken: true }],
  ])('says that the fault is of the %s', async (fault, content) => {
    const error = await loadEncoderCard(await encoderFile(content)).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(EncoderInvalid);
    expect(error).toMatchObject({ fault });
  });

  it.each<[string, TinyEncoderOptions | Uint8Array, RegExp]>([
    ['a file that is not ONNX', Buffer.from('GIF89a'), /not an ONNX model/],
    ['an input of fixed size', { inputShape: ['batch', 3, 224, 224] }, /takes only frames of 224x224/],
    ['an input of one channel', { inputShape: ['batch', 1, 'height', 'width'] }, /1 channels instead of 3|refuses/],
    ['an input that is no image', { inputShape: ['batch', 'length'] }, /no image input|refuses/],
    ['an extra CLS token', { layout: 'tokens', extraToken: true }, /1 more token than patches/],
    [
      'a card of another patch size',
      { metadata: { [CARD_METADATA_KEY]: '{"patchSize":16}' } },
      /says patchSize 16, the encoder gives 8/,
    ],
    [
      'a card for another file',
      { metadata: { [CARD_METADATA_KEY]: JSON.stringify({ sha256: '0'.repeat(64) }) } },
      /The card is for the file 000/,
    ],
    ['a card with an unknown field', { metadata: { [CARD_METADATA_KEY]: '{"patchsize":8}' } }, /Unrecognized key/],
    ['a card with NUL', { metadata: { [CARD_METADATA_KEY]: '{"layer":"a\\u0000"}' } }, /layer: must not/],
    ['a card that is not JSON', { metadata: { [CARD_METADATA_KEY]: '{' } }, /is not JSON/],
  ])('refuses %s', async (_, content, message) => {
    const error = await loadEncoderCard(await encoderFile(content)).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'ENCODER_INVALID', message: expect.stringMatching(message) });
  });

  it('refuses an output of two axes', async () => {
    const model = tinyEncoder();
    model.graph.node?.push({ input: ['features'], output: ['pooled'], opType: 'Flatten' });
    model.graph.output = [floatValue('pooled', ['batch', 'length'])];
    const load = loadEncoderCard(await encoderFile(writeOnnxModel(model)));
    await expect(load).rejects.toMatchObject({
      code: 'ENCODER_INVALID',
      message: expect.stringMatching(/it has 2 axes/),
    });
  });

  withShared('knows the published ViT-Ti/16 by its digest (needs ../shared)', async () => {
    const card = await loadEncoderCard(vit);
    expect(card).toMatchObject({ name: 'vit-ti16-imagenet', mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
    expect(card).toMatchObject({ layout: 'tokens', patchSize: 16, dim: 192 });
  });
});

import { CodedError, ERRORS } from '@propago/contracts';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BAD_MODELS } from '../testing/bad-models.fixture';
import { floatTensor, int64Tensor, onnxNode, smallModelBytes } from '../testing/models.fixture';
import { inspectModel } from './inspect-model';

const MIB = 2 ** 20;

/** A model with most kinds of fields, small enough that every byte is hit. */
const valid = smallModelBytes({
  patchSize: 2,
  after: [
    onnxNode('Resize', ['embedded', '', 'scales'], 'larger', { mode: 'linear' }),
    onnxNode('Reshape', ['larger', 'flat'], 'features', { allowzero: 1 }),
  ],
  constants: [int64Tensor('flat', [4], [0, 4, -1, 1]), floatTensor('scales', [4], [1, 1, 2, 2])],
  metadata: { 'propago.card': '{"name":"small"}' },
});

/** A linear congruential generator: the same damage in every run. */
function draws(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function damaged(draw: (below: number) => number): Buffer {
  const bytes = Buffer.from(valid);
  for (let flips = 1 + draw(8); flips > 0; flips--) bytes[draw(bytes.length)] = draw(256);
  return draw(4) === 0 ? bytes.subarray(0, draw(bytes.length)) : bytes;
}

/** Resident memory after the collector has had its chance. */
function resident(): number {
  global.gc?.();
  return process.memoryUsage().rss;
}

describe('inspectModel on damaged files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'propago-fuzz-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('answers 2,000 of them with facts or a code of its own, and takes no memory for it', async () => {
    const draw = draws(7);
    const file = path.join(folder, 'damaged.onnx');
    const codes = new Map<string, number>();
    let start = 0;
    for (let i = 0; i < 2200; i++) {
      if (i === 200) start = resident();
      await writeFile(file, damaged(draw));
      const outcome = await inspectModel(file).then(
        () => 'accepted',
        (error: unknown) => (error instanceof CodedError ? error.code : String(error)),
      );
      codes.set(outcome, (codes.get(outcome) ?? 0) + 1);
    }
    expect([...codes.keys()].filter((code) => code !== 'accepted' && !(code in ERRORS))).toEqual([]);
    expect([...codes.keys()].every((code) => code === 'accepted' || code.startsWith('MODEL_'))).toBe(true);
    // Many kinds of damage are told apart.
    expect(codes.size).toBeGreaterThan(10);
    expect(resident() - start).toBeLessThan(64 * MIB);
  });

  it('does not grow over 200 bad models, and keeps no file open', async () => {
    const models = await Promise.all(
      BAD_MODELS.map(async (model, i) => {
        const own = path.join(folder, `bad-${i}`);
        await mkdir(own);
        return model.write(own);
      }),
    );
    const round = async (count: number) => {
      for (let i = 0; i < count; i++) await inspectModel(models[i % models.length]).catch(() => undefined);
    };
    await round(2 * models.length);
    const start = resident();
    const open = await readdir('/proc/self/fd');
    await round(200);
    expect(resident() - start).toBeLessThan(64 * MIB);
    expect((await readdir('/proc/self/fd')).length).toBeLessThanOrEqual(open.length);
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openAccelerated } from './accelerator';
import { loadEncoderCard } from './load-encoder-card';
import { tinyEncoderBytes } from './tiny-encoder.fixture';

jest.setTimeout(120_000);

// The CPU stands in for the accelerator: networks, batches and their measurement are the same there.
describe('openAccelerated', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'propago-accelerator-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function planOf(options: {
    dim: number;
    weight?: (index: number) => number;
    batch?: number;
    maxBatch?: number;
  }) {
    const file = path.join(folder, 'tiny.onnx');
    await writeFile(file, tinyEncoderBytes(options));
    const card = { ...(await loadEncoderCard(file)), maxBatch: options.maxBatch };
    const thread = { path: file, sha256: card.sha256, provider: 'cpu' as const, deviceId: 0, intraOpThreads: 1 };
    const { threads, plan } = await openAccelerated(thread, card, { workers: 1, batch: options.batch });
    await threads.close();
    return plan;
  }

  it('takes the fused network where it gives the same rows, and no more frames at once than the card says', async () => {
    const plan = await planOf({ dim: 32, maxBatch: 2 });
    expect(plan.network).toBe('fused');
    expect(plan.smallestCosine).toBeGreaterThan(0.9999);
    expect(plan.tried.map(({ batch }) => batch)).toEqual([1, 2].slice(0, plan.tried.length));
    expect(plan.tried.map(({ batch }) => batch)).toContain(plan.batch);
  });

  it('leaves an encoder whose numbers do not fit binary16 as its file has it', async () => {
    const plan = await planOf({ dim: 32, weight: (i) => 1e6 * Math.sin(i), batch: 3 });
    expect(plan).toMatchObject({ network: 'plain', batch: 3, tried: [] });
  });
});

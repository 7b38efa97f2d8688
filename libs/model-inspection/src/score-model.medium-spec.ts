import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { smallModelBytes } from '../testing/models.fixture';
import { childProcesses } from '../testing/processes.fixture';
import { probeModel } from './probe-model';
import { scoreModel } from './score-model';

const LIMITS = { memoryBytes: 2e9, cpuSeconds: 600, wallSeconds: 900 };
const descriptor = path.resolve(__dirname, '../../../encoders/colour-descriptor.onnx');

jest.setTimeout(1_200_000);

describe('scoreModel', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'propago-score-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => expect(childProcesses()).toEqual([]));

  async function scoreOf(file: string) {
    const { card } = await probeModel(file, LIMITS);
    return scoreModel(file, card, LIMITS);
  }

  it('tells a good encoder from a poor one, always by the same score', async () => {
    // Four random projections of each patch: almost no encoder at all.
    const poor = path.join(folder, 'poor.onnx');
    await writeFile(poor, smallModelBytes({ patchSize: 16 }));
    const [good, bad] = [await scoreOf(descriptor), await scoreOf(poor)];
    expect(good.quality).toBeGreaterThan(0.9);
    expect(bad.quality).toBeLessThan(good.quality - 0.1);
    expect(good.sequences.map(({ objects }) => objects)).toEqual([1, 2, 4]);
    expect(good.quality).toBeCloseTo((good.J + good.F) / 2, 12);
    expect(await scoreOf(poor)).toEqual(bad);
  });
});

/** @jest-environment ./test/support/lone-environment.cjs */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { smallModelBytes } from '../testing/models.fixture';
import { childProcesses } from '../testing/processes.fixture';
import { probeModel } from './probe-model';
import { scoreModel } from './score-model';

const LIMITS = { memoryBytes: 2e9, cpuSeconds: 600, wallSeconds: 900 };
const descriptor = path.resolve(__dirname, '../../../encoders/colour-descriptor.onnx');

/** VALIDATION_MIN_QUALITY. */
const FLOOR = 0.35;

jest.setTimeout(1_200_000);

describe('scoreModel', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'propago-score-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => expect(childProcesses()).toEqual([]));

  async function scoreOf(file: string, onPhase?: (phase: string) => void) {
    const { card } = await probeModel(file, { ...LIMITS, onPhase });
    return scoreModel(file, card, { ...LIMITS, onPhase });
  }

  it('tells a good encoder from a poor one, always by the same score', async () => {
    // Random projections of each patch: almost no encoder at all, as good as untrained networks are.
    const poor = path.join(folder, 'poor.onnx');
    await writeFile(poor, smallModelBytes({ patchSize: 8, dim: 96 }));
    const phases: string[] = [];
    const [good, bad] = [await scoreOf(descriptor, (phase) => phases.push(phase)), await scoreOf(poor)];
    expect(good.quality).toBeGreaterThan(FLOOR + 0.1);
    expect(bad.quality).toBeLessThan(FLOOR - 0.05);
    expect(good.sequences.map(({ objects }) => objects)).toEqual([2, 3, 1, 2]);
    for (const { worst, J, frames, objects } of good.sequences) {
      expect(worst!.J).toBeLessThanOrEqual(J);
      expect(worst!.frame).toBeLessThan(frames - 1);
      expect(worst!.masks.map(({ id }) => id)).toEqual(Array.from({ length: objects }, (_, i) => i + 1));
    }
    expect(phases.slice(-4)).toEqual([1, 2, 3, 4].map((clip) => `clip ${clip} of 4`));
    expect(good.quality).toBeCloseTo((good.J + good.F) / 2, 12);
    expect(await scoreOf(poor)).toEqual(bad);
  });
});

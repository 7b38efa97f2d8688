import { WORKERS } from './support/campaign';
import { DisturbedRuns } from './support/disturbed-runs';
import { until } from './support/platform';

/** As services have it where nothing else is said. */
const SEGMENT_FRAMES = 8;

let sut: DisturbedRuns;

beforeAll(async () => {
  sut = await DisturbedRuns.start();
}, 300_000);
afterEach(() => sut.removeRuns(), 120_000);
afterAll(() => sut?.platform.stop());

// Rarer faults are in reliability.long-spec.ts.
describe('the same mask bytes as in an undisturbed run', () => {
  it.each(WORKERS)(
    'come after kill -9 of %s in the middle of a run',
    async (worker) => {
      const id = await sut.inTheMiddleOf(worker);
      await sut.killAndStart(worker);
      await sut.expectUndisturbed(id);
    },
    120_000,
  );

  it('come after the gateway is killed right after it has accepted the run', async () => {
    const id = await sut.accepted();
    await sut.killAndStart('gateway');
    await sut.expectUndisturbed(id);
  }, 120_000);

  it('come from a run that joins another one on the same video, and from a later one, which starts at propagation', async () => {
    const first = await sut.inTheMiddleOf('features');
    const second = await sut.accepted();
    await sut.expectUndisturbed(first);
    await sut.expectUndisturbed(second);
    expect(await sut.platform.query('SELECT 1 FROM "FeatureSet"')).toHaveLength(1);
    const features = await sut.platform.blobs('features/');
    await sut.expectUndisturbed(await sut.accepted());
    expect(await sut.platform.blobs('features/')).toEqual(features);
  }, 120_000);
});

describe('raw frames', () => {
  it('are never far ahead of the encoder, and stay for another one', async () => {
    const { platform } = sut;
    const id = await sut.accepted();
    let ahead = 0;
    await until('the run ends', async () => {
      // Features that are stored while this counts make the difference smaller, never larger.
      const frames = await platform.blobs('frames/');
      ahead = Math.max(ahead, frames.length - (await platform.blobs('features/')).length);
      return (await platform.run(id)).state === 'succeeded';
    });
    expect(ahead).toBeGreaterThan(0);
    expect(ahead).toBeLessThanOrEqual(3);
    expect(await platform.blobs('frames/')).toHaveLength(Math.ceil(sut.frames / SEGMENT_FRAMES));
    await sut.nothingTransientIsLeft();
  }, 120_000);
});

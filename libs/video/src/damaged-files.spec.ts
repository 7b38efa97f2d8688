import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { damageClip, DAMAGE_CASES } from '../testing/damage-matrix';
import { summaryOf, tableOf, type DamageSummary } from '../testing/damage-table';
import { describeWithFfmpeg } from '../testing/with-ffmpeg';

/** One of each kind of container and of decoder; `npm run bench:damage` does all of them at more places. */
const CHOSEN = ['h264-front.mp4', 'h264.mkv', 'h264-sound.ts', 'mpeg2.ts', 'mjpeg.avi', 'ffv1.mkv'];
const PLACES = 4;

describeWithFfmpeg('cut files and files with a flipped byte', () => {
  let folder: string;
  const summaries: DamageSummary[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'propago-damage-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    // Flips that no decoder can notice are a fact to know, not a failure: most codecs have no checksum.
    process.stdout.write(`${tableOf(summaries)}\n`);
  });

  it.each(CHOSEN)('%s passes only with whole frames, and always with all of them', async (name) => {
    const damageCase = DAMAGE_CASES.find((one) => one.name === name)!;
    const summary = summaryOf(name, await damageClip(folder, damageCase, PLACES));
    summaries.push(summary);
    expect(summary).toMatchObject({ wronglyRefused: 0, cutUnnoticed: 0 });
    if (name === 'ffv1.mkv') expect(summary.flipUnnoticed).toBe(0);
  });
});

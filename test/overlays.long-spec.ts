import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ONE_OF_EACH, requireProgram } from '@propago/local-stack';
import { type Platform, startPlatform, until } from './support/platform';
import { smallClip } from './support/small-clip';

jest.setTimeout(300_000);

const OVERLAYS = 4;

describe('overlays that are being rendered', () => {
  let folder: string;
  let gate: string;
  let platform: Platform;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'propago-exports-'));
    gate = join(folder, 'gate');
    // An ffmpeg that only begins when the test lets it: rendering takes as long as the test needs.
    const slow = join(folder, 'ffmpeg');
    const ffmpeg = requireProgram('ffmpeg', 'FFMPEG_PATH');
    writeFileSync(slow, `#!/bin/sh\nwhile [ ! -e '${gate}' ]; do sleep 0.1; done\nexec '${ffmpeg}' "$@"\n`, {
      mode: 0o755,
    });
    const settings = { FFMPEG_PATH: slow, RESULTS_CONCURRENCY: '1', EXPORTS_CONCURRENCY: '1' };
    const services = ONE_OF_EACH.map((plan) => (plan.name === 'results' ? { ...plan, env: settings } : plan));
    platform = await startPlatform({}, { services });
  });
  afterAll(async () => {
    await platform?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('hold up neither the masks of other runs nor the removal of deleted ones', async () => {
    const finished: string[] = [];
    for (let seed = 1; seed <= OVERLAYS; seed++) {
      finished.push((await platform.succeededRun(await smallClip({ frames: 4, seed }))).id);
    }
    const answers = finished.map((id) => platform.get(`/v1/runs/${id}/overlay.mp4`));
    const jobs = async (state: string) => {
      const text = await (await fetch(`${platform.url}/metrics`)).text();
      return Number(
        new RegExp(`^propago_queue_jobs\\{stage="exports",state="${state}"\\} (\\d+)$`, 'm').exec(text)?.[1],
      );
    };
    await until('one is rendered and the others wait', async () => {
      return (await jobs('active')) === 1 && (await jobs('waiting')) === OVERLAYS - 1;
    });

    const { id } = await platform.succeededRun(await smallClip({ frames: 20, seed: 9 }));
    await platform.removeRun(id);
    expect([await jobs('active'), await jobs('waiting')]).toEqual([1, OVERLAYS - 1]);

    writeFileSync(gate, '');
    for (const answer of answers) expect((await answer).status).toBe(200);
  });
});

import { readFileSync } from 'node:fs';
import { STAGES } from '@propago/contracts';
import { startPlatform, until, type Platform } from './support/platform';
import { smallClip, type SmallClip } from './support/small-clip';

const RUNS = 20;
const FRAMES = [0, 9, 19];

interface JobLine {
  time: number;
  msg?: string;
  stage?: string;
  skipped?: boolean;
  code?: string;
  [id: string]: unknown;
}

describe('a rolling restart of every service', () => {
  let platform: Platform;
  let clips: SmallClip[];
  let undisturbed: Buffer[][];

  beforeAll(async () => {
    clips = await Promise.all(Array.from({ length: RUNS }, (_, seed) => smallClip({ seed: seed + 1, objects: 1 })));
    // Segments of 4 frames, so that jobs are under way whenever a service is told to stop.
    platform = await startPlatform({ SEGMENT_FRAMES: '4' });
    undisturbed = [];
    for (const clip of clips.slice(0, 2)) {
      const { id } = await platform.succeededRun(clip);
      undisturbed.push(await masksOf(id));
      await platform.removeRun(id);
    }
  });

  afterAll(() => platform?.stop());

  const masksOf = (id: string) => Promise.all(FRAMES.map((frame) => platform.maskOf(id, frame)));

  const active = async () => {
    const [row] = await platform.query<{ count: string }>(
      'select count(*) from "Run" r left join "RunOutcome" o on o."runId" = r.id where o."runId" is null',
    );
    return Number(row!.count);
  };

  /** What each job that was done to its end since then was to do. */
  function jobsDone(since: number): string[] {
    const lines = platform.stack.services.processes.flatMap(({ logFile }) => readFileSync(logFile, 'utf8').split('\n'));
    return lines
      .filter((line) => line.includes('"job end"'))
      .map((line) => JSON.parse(line) as JobLine)
      .filter(({ time, skipped, code }) => time >= since && !skipped && !code)
      .map(({ stage, kind, runId, featureSetId, segment }) => [stage, kind, runId ?? featureSetId, segment].join(' '));
  }

  it(`under ${RUNS} runs fails none, does no job twice to its end, and changes no mask`, async () => {
    const begin = Date.now();
    const ids = await Promise.all(clips.map((clip) => platform.acceptedRun(clip)));

    const drained: Record<string, string> = {};
    for (const service of [...STAGES, 'models', 'gateway'] as const) {
      const inFlight = await active();
      const start = performance.now();
      await platform.stack.services.restart(service);
      drained[service] = `${((performance.now() - start) / 1000).toFixed(1)} s with ${inFlight} runs in flight`;
    }
    console.log('stopped, started again and ready:', drained);

    await until('all runs have ended', async () => (await active()) === 0, 240_000);
    const states = await Promise.all(ids.map(async (id) => (await platform.run(id)).state));
    expect(states).toEqual(Array(RUNS).fill('succeeded'));
    expect(await masksOf(ids[0]!)).toEqual(undisturbed[0]);
    expect(await masksOf(ids[1]!)).toEqual(undisturbed[1]);

    const done = jobsDone(begin);
    const twice = done.filter((job, place) => done.indexOf(job) !== place);
    expect(twice).toEqual([]);
    // 20 frames in segments of 4: five jobs of each stage behind ingest.
    for (const stage of ['features', 'propagation']) {
      expect(done.filter((job) => job.startsWith(`${stage} `)).length).toBe(RUNS * 5);
    }
  }, 300_000);
});

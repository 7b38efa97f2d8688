import { readFileSync } from 'node:fs';
import { STAGES } from '@propago/contracts';
import { Queues } from '@propago/pipeline';
import { startPlatform, until, type Platform } from './support/platform';
import { smallClip, type SmallClip } from './support/small-clip';

const RUNS = 20;
const FRAMES = 20;
/** Runs that are sent before the restart of each stage, so that it has something to do. */
const PORTION = RUNS / STAGES.length;

interface JobLine {
  time: string;
  msg?: string;
  stage?: string;
  skipped?: boolean;
  code?: string;
  [id: string]: unknown;
}

describe('a rolling restart of every service', () => {
  let platform: Platform;
  let queues: Queues;
  let clips: SmallClip[];
  let undisturbed: string[];

  beforeAll(async () => {
    const seeds = Array.from({ length: RUNS }, (_, i) => i + 1);
    clips = await Promise.all(seeds.map((seed) => smallClip({ seed, objects: 1, frames: FRAMES })));
    // Segments of 4 frames, so that jobs are under way whenever a service is told to stop.
    platform = await startPlatform({ SEGMENT_FRAMES: '4' });
    queues = new Queues({ redisUrl: platform.stack.servers.redisUrl, prefix: 'bull', lockSeconds: 15 });
    const ids = await accepted(clips);
    await until('all runs have ended', async () => (await unfinished()) === 0, 240_000);
    undisturbed = await Promise.all(ids.map(masksOf));
    await Promise.all(ids.map((id) => platform.removeRun(id)));
    // Nothing of them is left that the next runs on the same videos could reuse.
    await until('the videos are removed', async () => (await platform.query('select 1 from "Video"')).length === 0);
  }, 300_000);

  afterAll(async () => {
    await queues?.close();
    await platform?.stop();
  });

  const accepted = (some: SmallClip[]) => Promise.all(some.map((clip) => platform.acceptedRun(clip)));

  /** Digest over the masks of all frames. */
  const masksOf = (id: string): Promise<string> => platform.digestOfMasks(id, FRAMES);

  const unfinished = async () => {
    const [row] = await platform.query<{ count: string }>(
      'select count(*) from "Run" r left join "RunOutcome" o on o."runId" = r.id where o."runId" is null',
    );
    return Number(row!.count);
  };

  /** What all services have said of jobs since then. */
  function jobLines(msg: string, since: number): JobLine[] {
    const lines = platform.stack.services.processes.flatMap(({ logFile }) => readFileSync(logFile, 'utf8').split('\n'));
    return lines
      .filter((line) => line.includes(`"${msg}"`))
      .map((line) => JSON.parse(line) as JobLine)
      .filter(({ time }) => Date.parse(time) >= since);
  }

  /** What the job of a line was to do. */
  const jobOf = ({ stage, kind, runId, featureSetId, frameSetId, segment }: JobLine) =>
    [stage, kind, runId ?? featureSetId ?? frameSetId, segment].join(' ');

  /** Waits until every job that was begun since then has ended. */
  async function allEnded(since: number): Promise<void> {
    const began = () => jobLines('job start', since).map(jobOf).sort();
    const ended = () => jobLines('job end', since).map(jobOf).sort();
    await until('every job has ended', async () => ended().length === began().length).catch(() => undefined);
    expect(ended()).toEqual(began());
  }

  it(`under ${RUNS} runs fails none, does no job twice to its end, and changes no mask`, async () => {
    // What removes the first runs may not have said yet that it is done.
    await allEnded(0);
    const begin = Date.now();
    const ids: string[] = [];
    const drained: Record<string, string> = {};
    const endings: string[] = [];
    const restart = async (service: (typeof STAGES)[number] | 'models' | 'gateway') => {
      const start = performance.now();
      endings.push(`${service} ${await platform.stack.services.restart(service)}`);
      drained[service] = `${((performance.now() - start) / 1000).toFixed(1)} s with ${ids.length} runs in flight`;
    };
    const sendPortion = async () => ids.push(...(await accepted(clips.slice(ids.length, ids.length + PORTION))));
    const atWork = (stage: (typeof STAGES)[number]) =>
      until(`${stage} is at work`, async () => (await queues.of(stage).getActiveCount()) > 0);

    // No run ends as long as no results are made, which are made last of all.
    await queues.of('results').pause();
    for (const stage of ['ingest', 'features', 'propagation'] as const) {
      await sendPortion();
      await atWork(stage);
      expect(await unfinished()).toBe(ids.length);
      await restart(stage);
    }
    await sendPortion();
    expect(ids).toHaveLength(RUNS);
    for (const service of ['models', 'gateway'] as const) {
      expect(await unfinished()).toBe(RUNS);
      await restart(service);
    }
    expect(await unfinished()).toBe(RUNS);
    await queues.of('results').resume();
    await atWork('results');
    await restart('results');
    console.log('stopped, started again and ready:', drained);

    // Each was told once, and nobody had to kill it. Nest ends a process by the signal that it got, after all its hooks.
    expect(endings.filter((ending) => !/ (exited with code 0|ended by SIGTERM)$/.test(ending))).toEqual([]);

    await until('all runs have ended', async () => (await unfinished()) === 0, 240_000);
    const states = await Promise.all(ids.map(async (id) => (await platform.run(id)).state));
    expect(states).toEqual(Array(RUNS).fill('succeeded'));
    expect(await Promise.all(ids.map(masksOf))).toEqual(undisturbed);

    // A process that goes without draining leaves a job behind that it began and did not end. The last one says so after
    // its run has ended.
    await allEnded(begin);
    const done = jobLines('job end', begin)
      .filter(({ skipped, code }) => !skipped && !code)
      .map(jobOf);
    // A decoding that left its place to another video comes back and goes on.
    const once = done.filter((job) => !job.startsWith('ingest '));
    const twice = once.filter((job, place) => once.indexOf(job) !== place);
    expect(twice).toEqual([]);
    // 20 frames in segments of 4: five jobs of each stage behind ingest.
    for (const stage of ['features', 'propagation']) {
      expect(done.filter((job) => job.startsWith(`${stage} `)).length).toBe(RUNS * 5);
    }
  }, 600_000);
});

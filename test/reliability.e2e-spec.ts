import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import Bull from 'bull';
import { SERVICE_NAMES } from '@propago/local-stack';
import { Queues } from '@propago/pipeline';
import { ONE_THREAD_EACH, QUICK_RECOVERY, WORKERS } from './support/campaign';
import { NATIVE_SIZE, type Platform, startPlatform, until } from './support/platform';
import { smallClip, type SmallClip } from './support/small-clip';

const FRAMES = 72;
/** As services have it where nothing else is said. */
const SEGMENT_FRAMES = 8;

let clip: SmallClip;
let undisturbed: string;
let platform: Platform;

/** Digest over the bytes of all masks of a run that succeeded, each of which must be there once. */
async function masksOf(on: Platform, id: string, frames = FRAMES): Promise<string> {
  const run = await on.waitForEnd(id);
  expect({ state: run.state, error: run.error }).toEqual({ state: 'succeeded', error: null });
  const rows = await on.query<{ frame: number }>('SELECT frame FROM "FrameResult" WHERE "runId" = $1 ORDER BY frame', [
    id,
  ]);
  expect(rows.map(({ frame }) => frame)).toEqual(Array.from({ length: frames }, (_, i) => i));
  return on.digestOfMasks(id, frames);
}

/** Removes all runs with everything that the next run on the same video could reuse. */
async function removeRuns(): Promise<void> {
  const { items } = await platform.json<{ items: { id: string }[] }>('/v1/runs');
  for (const { id } of items) await fetch(`${platform.url}/v1/runs/${id}`, { method: 'DELETE' });
  await until('the runs are removed', async () => (await platform.query('SELECT 1 FROM "Video"')).length === 0);
}

/** A new run, let go to the middle of the given stage. */
async function runInTheMiddleOf(on: Platform, stage: (typeof WORKERS)[number]): Promise<string> {
  const id = await on.acceptedRun(clip);
  await until(`${stage} has done a segment`, async () => (await on.run(id)).progress[stage]!.done >= 16);
  const { state } = await on.run(id);
  if (state !== 'running') throw new Error(`the run is ${state} already: nothing was disturbed`);
  return id;
}

/** What serves unfinished runs only. */
const transientBlobs = (): Promise<string[]> => platform.blobs('uploads/');

async function killAndStart(service: (typeof WORKERS)[number] | 'gateway'): Promise<void> {
  await platform.stack.services.kill(service, 0, 'SIGKILL');
  await platform.stack.services.restart(service);
}

beforeAll(async () => {
  clip = await smallClip({ width: 448, height: 256, frames: FRAMES, objects: 2, seed: 5 });
  platform = await startPlatform(QUICK_RECOVERY);
  const id = await platform.acceptedRun(clip);
  undisturbed = await masksOf(platform, id);
  await removeRuns();
}, 120_000);

afterEach(removeRuns, 120_000);

afterAll(() => platform?.stop());

describe('the same mask bytes as in an undisturbed run', () => {
  it.each(WORKERS)(
    'come after kill -9 of %s in the middle of a run',
    async (worker) => {
      const id = await runInTheMiddleOf(platform, worker);
      await killAndStart(worker);
      expect(await masksOf(platform, id)).toBe(undisturbed);
    },
    120_000,
  );

  it('come after the gateway is killed right after it has accepted the run', async () => {
    const id = await platform.acceptedRun(clip);
    await killAndStart('gateway');
    expect(await masksOf(platform, id)).toBe(undisturbed);
  }, 120_000);

  it('come after Redis has lost everything in the middle of a run', async () => {
    const id = await runInTheMiddleOf(platform, 'features');
    const queue = new Bull('flush', platform.stack.servers.redisUrl);
    await queue.client.flushall();
    await queue.close();
    expect(await masksOf(platform, id)).toBe(undisturbed);
  }, 120_000);

  it('come from a second run on the same video, which starts at propagation', async () => {
    const first = await platform.acceptedRun(clip);
    expect(await masksOf(platform, first)).toBe(undisturbed);
    const features = await platform.blobs('features/');
    const second = await platform.acceptedRun(clip);
    expect(await masksOf(platform, second)).toBe(undisturbed);
    expect(await platform.blobs('features/')).toEqual(features);
  }, 120_000);

  it('come from a run that joins another one on the same video', async () => {
    const first = await runInTheMiddleOf(platform, 'features');
    const second = await platform.acceptedRun(clip);
    expect(await masksOf(platform, first)).toBe(undisturbed);
    expect(await masksOf(platform, second)).toBe(undisturbed);
    expect(await platform.query('SELECT 1 FROM "FeatureSet"')).toHaveLength(1);
  }, 120_000);

  it('come from a worker that was frozen for longer than its lock, while another one took its job', async () => {
    const { services } = platform.stack;
    await services.add('propagation');
    const id = await runInTheMiddleOf(platform, 'propagation');
    process.kill(services.pid('propagation', 0), 'SIGSTOP');
    await sleep(5000);
    process.kill(services.pid('propagation', 0), 'SIGCONT');
    expect(await masksOf(platform, id)).toBe(undisturbed);
    await services.kill('propagation', 1, 'SIGTERM');
  }, 120_000);

  it('come from segments of 16 frames and two workers per stage', async () => {
    const services = SERVICE_NAMES.map((name) => ({
      name,
      replicas: WORKERS.some((worker) => worker === name) ? 2 : 1,
    }));
    const other = await startPlatform({ ...QUICK_RECOVERY, ...ONE_THREAD_EACH, SEGMENT_FRAMES: '16' }, { services });
    try {
      expect(await masksOf(other, await other.acceptedRun(clip))).toBe(undisturbed);
    } finally {
      await other.stop();
    }
  }, 180_000);
});

describe('the affinity kernel', () => {
  it('gives the same mask bytes as its readable reference', async () => {
    // The reference takes its time, so the clip is small.
    const frames = 40;
    const small = await smallClip({ frames, objects: 3, seed: 7 });
    const options = { parameters: NATIVE_SIZE };
    const fast = await platform.acceptedRun({ ...small, options });
    const expected = await masksOf(platform, fast, frames);
    const other = await startPlatform({ PROPAGO_AFFINITY: 'reference' });
    try {
      expect(await masksOf(other, await other.acceptedRun({ ...small, options }), frames)).toBe(expected);
    } finally {
      await other.stop();
    }
  }, 180_000);
});

describe('a worker that gets SIGTERM', () => {
  it('ends within its limit, and the run goes on to the same masks', async () => {
    const id = await runInTheMiddleOf(platform, 'features');
    await platform.stack.services.restart('features');
    expect(await masksOf(platform, id)).toBe(undisturbed);
  }, 120_000);
});

describe('raw frames', () => {
  it('are never far ahead of the encoder, and stay for another one', async () => {
    await removeRuns();
    const id = await platform.acceptedRun(clip);
    let ahead = 0;
    await until('the run ends', async () => {
      // Features that are stored while this counts make the difference smaller, never larger.
      const frames = await platform.blobs('frames/');
      ahead = Math.max(ahead, frames.length - (await platform.blobs('features/')).length);
      return (await platform.run(id)).state === 'succeeded';
    });
    expect(ahead).toBeGreaterThan(0);
    expect(ahead).toBeLessThanOrEqual(3);
    expect(await platform.blobs('frames/')).toHaveLength(Math.ceil(FRAMES / SEGMENT_FRAMES));
    await until('nothing transient is left', async () => (await transientBlobs()).length === 0);
  }, 120_000);
});

describe('a worker that comes late', () => {
  it('leaves nothing behind: it was frozen until its run had ended', async () => {
    const { services } = platform.stack;
    const { logFile, url } = services.processes.find(({ name }) => name === 'propagation')!;
    const linesOf = (message: string): number => readFileSync(logFile, 'utf8').split(`"${message}"`).length - 1;
    const underWay = (): number => linesOf('job start') - linesOf('job end');
    // Jobs of workers that were killed never end.
    const lost = underWay();
    const framesDone = async (): Promise<number> => {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      return Number(/^propago_kernel_frame_seconds_count (\d+)$/m.exec(metrics)?.[1] ?? 0);
    };
    const before = await framesDone();
    const id = await platform.acceptedRun(clip);
    await until('it is in the middle of a segment', async () => ((await framesDone()) - before) % SEGMENT_FRAMES > 2);
    const worker = services.pid('propagation', 0);
    process.kill(worker, 'SIGSTOP');
    await services.add('propagation');
    expect(await masksOf(platform, id)).toBe(undisturbed);
    process.kill(worker, 'SIGCONT');
    await until('it has ended its job', async () => underWay() <= lost);
    await until('nothing transient is left', async () => (await transientBlobs()).length === 0);
    await services.kill('propagation', 1, 'SIGTERM');
  }, 120_000);

  it('stops when its run was cancelled while NATS was away', async () => {
    const nats = platform.stack.servers.pids.nats!;
    const queues = new Queues({ redisUrl: platform.stack.servers.redisUrl, prefix: 'bull', lockSeconds: 2 });
    await queues.of('propagation').pause();
    try {
      const id = await platform.acceptedRun(clip);
      const decoding = async (): Promise<boolean> => (await queues.of('ingest').getActiveCount()) === 1;
      await until('decoding waits for room', async () => {
        const { ingest, frames } = (await platform.run(id)).progress;
        return ingest!.done >= 2 * SEGMENT_FRAMES && frames === null && (await decoding());
      });
      process.kill(nats, 'SIGSTOP');
      await fetch(`${platform.url}/v1/runs/${id}/cancel`, { method: 'POST' });
      await until('decoding has stopped', async () => !(await decoding()));
      expect((await platform.waitForEnd(id)).state).toBe('cancelled');
      await until('nothing transient is left', async () => (await transientBlobs()).length === 0);
    } finally {
      process.kill(nats, 'SIGCONT');
      await queues.of('propagation').resume();
      await queues.close();
    }
  }, 120_000);
});

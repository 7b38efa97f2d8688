import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import Bull from 'bull';
import { SERVICE_NAMES } from '@propago/local-stack';
import { Queues } from '@propago/pipeline';
import { ONE_THREAD_EACH, QUICK_RECOVERY, WORKERS } from './support/campaign';
import { DisturbedRuns, masksOf } from './support/disturbed-runs';
import { type Platform, startPlatform, until } from './support/platform';
import { smallClip } from './support/small-clip';

/** As services have it where nothing else is said. */
const SEGMENT_FRAMES = 8;

let sut: DisturbedRuns;
let platform: Platform;

beforeAll(async () => {
  sut = await DisturbedRuns.start();
  platform = sut.platform;
}, 300_000);
afterEach(() => sut.removeRuns(), 120_000);
afterAll(() => platform?.stop());

// What is killed more often is in reliability.e2e-spec.ts.
describe('the same mask bytes as in an undisturbed run', () => {
  it('come after Redis has lost everything in the middle of a run', async () => {
    const id = await sut.inTheMiddleOf('features');
    const queue = new Bull('flush', platform.stack.servers.redisUrl);
    await queue.client.flushall();
    await queue.close();
    await sut.expectUndisturbed(id);
  }, 120_000);

  it('come from a worker that was frozen for longer than its lock, while another one took its job', async () => {
    const { services } = platform.stack;
    const { index } = await services.add('propagation');
    const id = await sut.inTheMiddleOf('propagation');
    process.kill(services.pid('propagation', 0), 'SIGSTOP');
    await sleep(5000);
    process.kill(services.pid('propagation', 0), 'SIGCONT');
    await sut.expectUndisturbed(id);
    await services.kill('propagation', index, 'SIGTERM');
  }, 120_000);

  it('come from segments of 16 frames and two workers per stage', async () => {
    const services = SERVICE_NAMES.map((name) => ({
      name,
      replicas: WORKERS.some((worker) => worker === name) ? 2 : 1,
    }));
    const other = await startPlatform({ ...QUICK_RECOVERY, ...ONE_THREAD_EACH, SEGMENT_FRAMES: '16' }, { services });
    try {
      await sut.expectUndisturbed(await other.acceptedRun(sut.clip), other);
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
    const expected = await masksOf(platform, await platform.acceptedRun(small), frames);
    const { services } = platform.stack;
    await services.kill('propagation');
    const { index } = await services.add('propagation', { PROPAGO_AFFINITY: 'reference' });
    expect(await masksOf(platform, await platform.acceptedRun(small), frames)).toBe(expected);
    await services.kill('propagation', index);
    await services.restart('propagation');
  }, 180_000);
});

describe('a worker that gets SIGTERM', () => {
  it('ends within its limit, and the run goes on to the same masks', async () => {
    const id = await sut.inTheMiddleOf('features');
    await platform.stack.services.restart('features');
    await sut.expectUndisturbed(id);
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
    const id = await sut.accepted();
    await until('it is in the middle of a segment', async () => ((await framesDone()) - before) % SEGMENT_FRAMES > 2);
    const worker = services.pid('propagation', 0);
    process.kill(worker, 'SIGSTOP');
    const { index } = await services.add('propagation');
    await sut.expectUndisturbed(id);
    process.kill(worker, 'SIGCONT');
    await until('it has ended its job', async () => underWay() <= lost);
    await sut.nothingTransientIsLeft();
    await services.kill('propagation', index, 'SIGTERM');
  }, 120_000);

  it('stops when its run was cancelled while NATS was away', async () => {
    const nats = platform.stack.servers.pids.nats!;
    const queues = new Queues({ redisUrl: platform.stack.servers.redisUrl, prefix: 'bull', lockSeconds: 2 });
    await queues.of('propagation').pause();
    try {
      const id = await sut.accepted();
      const decoding = async (): Promise<boolean> => (await queues.of('ingest').getActiveCount()) === 1;
      await until('decoding waits for room', async () => {
        const { ingest, frames } = (await platform.run(id)).progress;
        return ingest!.done >= 2 * SEGMENT_FRAMES && frames === null && (await decoding());
      });
      process.kill(nats, 'SIGSTOP');
      await fetch(`${platform.url}/v1/runs/${id}/cancel`, { method: 'POST' });
      await until('decoding has stopped', async () => !(await decoding()));
      expect((await platform.waitForEnd(id)).state).toBe('cancelled');
      await sut.nothingTransientIsLeft();
    } finally {
      process.kill(nats, 'SIGCONT');
      await queues.of('propagation').resume();
      await queues.close();
    }
  }, 120_000);
});

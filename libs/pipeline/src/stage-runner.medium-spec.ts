import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { Registry } from 'prom-client';
import { CodedError } from '@propago/contracts';
import { PipelineFixture } from './pipeline.fixture';
import { StageMetrics } from './stage-metrics';
import { StageRunner, type StageHandler } from './stage-runner';

let fixture: PipelineFixture;

beforeAll(async () => {
  fixture = await PipelineFixture.start();
}, 60_000);
beforeEach(() => fixture.openQueues());
afterEach(() => fixture.clear());
afterAll(() => fixture?.stop());

/** Has one job of a run worked on to its last attempt. */
async function work(runId: string, handler: Pick<StageHandler<'propagation'>, 'process' | 'discard'>): Promise<void> {
  const stage = { stage: 'propagation' as const, concurrency: 1, ...handler };
  const metrics = new StageMetrics(new Registry(), fixture.queues);
  const sut = new StageRunner(stage, fixture.queues, fixture.next, metrics, pino({ level: 'silent' }));
  const queue = fixture.queues.of('propagation');
  const settled = new Promise((resolve) => queue.on('failed', resolve).on('completed', resolve));
  sut.start();
  await queue.add({ runId, pass: 'a'.repeat(40), segment: 0 }, { jobId: randomUUID(), attempts: 1, priority: 1 });
  await settled;
  await sut.drain(1);
}

const ends = async () => (await fixture.queues.of('results').getWaiting()).map(({ data }) => data);

describe('StageRunner', () => {
  it('ends the run of a job that has failed for good, with its code', async () => {
    const { runId } = await fixture.acceptedRun();
    await work(runId, { process: () => Promise.reject(new CodedError('FEATURES_INVALID', 'not normalised')) });
    expect(await ends()).toMatchObject([{ kind: 'end', runId, error: { code: 'FEATURES_INVALID' } }]);
  });

  it('ends no run because a server is away: the reconciler brings the job back', async () => {
    const { runId } = await fixture.acceptedRun();
    const away = new CodedError('SERVICE_UNAVAILABLE', 'The storage does not answer.');
    await work(runId, { process: () => Promise.reject(away) });
    expect(await ends()).toEqual([]);
    expect(await fixture.next.activeRuns({ runId })).toEqual([runId]);
  });

  it('has a job wait whose storage is full: it holds no slot, loses no attempt, and is done when there is room', async () => {
    const { runId } = await fixture.acceptedRun();
    let attempts = 0;
    const process: StageHandler<'propagation'>['process'] = async () => {
      attempts++;
      if (attempts <= 3) throw new CodedError('STORAGE_FULL', 'There is no room left in the storage.');
      return {};
    };
    const metrics = new StageMetrics(new Registry(), fixture.queues);
    const handler = { stage: 'propagation' as const, concurrency: 1, process };
    const sut = new StageRunner(handler, fixture.queues, fixture.next, metrics, pino({ level: 'silent' }));
    const queue = fixture.queues.of('propagation');
    const completed = new Promise((resolve) => queue.on('completed', resolve));
    sut.start();
    await queue.add({ runId, pass: 'a'.repeat(40), segment: 0 }, { jobId: 'one', attempts: 2, priority: 1 });
    for (let time = 1; time <= 3; time++) {
      await new Promise<void>((resolve) => {
        const looking = setInterval(async () => {
          if (attempts < time || (await queue.getDelayedCount()) === 0) return;
          clearInterval(looking);
          resolve();
        }, 20);
      });
      const [waiting] = await queue.getDelayed();
      expect(waiting).toMatchObject({ id: 'one', attemptsMade: 0, data: { runId } });
      expect(await queue.getActiveCount()).toBe(0);
      // The reconciler adds the same job again, which changes nothing.
      await queue.add({ runId, pass: 'a'.repeat(40), segment: 0 }, { jobId: 'one', attempts: 2, priority: 1 });
      expect(await queue.getWaitingCount()).toBe(0);
      await waiting!.promote();
    }
    await completed;
    expect(attempts).toBe(4);
    expect(await ends()).toEqual([]);
    await sut.drain(1);
  });

  it('waits for a job that it had just been handed when it was told to take no more', async () => {
    const { runId } = await fixture.acceptedRun();
    const { queues } = fixture;
    const queue = queues.of('propagation');
    // Redis is slow to take the job out of the line.
    const begun = queues.begun.bind(queues);
    const handed = new Promise<void>((resolve) => {
      jest.spyOn(queues, 'begun').mockImplementation(async (...of) => {
        resolve();
        await sleep(300);
        return begun(...of);
      });
    });
    const said: unknown[] = [];
    const write = (line: string) => void said.push((JSON.parse(line) as { msg: string }).msg);
    const handler = { stage: 'propagation' as const, concurrency: 1, process: async () => ({}) };
    const sut = new StageRunner(
      handler,
      queues,
      fixture.next,
      new StageMetrics(new Registry(), queues),
      pino({}, { write }),
    );
    sut.start();
    await queue.add({ runId, pass: 'a'.repeat(40), segment: 0 }, { jobId: randomUUID(), attempts: 2, priority: 1 });
    await handed;
    await sut.drain(5);
    expect(said).toEqual(['job start', 'job end']);
  });

  it.each([
    ['discards what was stored for a run that had ended meanwhile', true],
    ['discards nothing of a run that goes on', false],
  ])('%s', async (_, hasEnded) => {
    const { runId } = await fixture.acceptedRun();
    const discarded: string[] = [];
    await work(runId, {
      process: async () => {
        if (hasEnded) await fixture.database.runOutcome.create({ data: { runId, state: 'succeeded' } });
        return {};
      },
      discard: async (job) => void discarded.push(job.runId),
    });
    expect(discarded).toEqual(hasEnded ? [runId] : []);
  });

  it('stops a job that no run wants any more when it is told to look', async () => {
    const { runId } = await fixture.acceptedRun();
    let seen: unknown;
    const process: StageHandler<'propagation'>['process'] = async (_, signal) => {
      await fixture.database.run.update({ where: { id: runId }, data: { cancelRequestedAt: new Date() } });
      await sleep(60_000, undefined, { signal }).catch((error: Error) => (seen = error.name));
      signal.throwIfAborted();
      return {};
    };
    const stage = { stage: 'propagation' as const, concurrency: 1, process };
    const metrics = new StageMetrics(new Registry(), fixture.queues);
    const sut = new StageRunner(stage, fixture.queues, fixture.next, metrics, pino({ level: 'silent' }));
    const completed = new Promise((resolve) => fixture.queues.of('propagation').on('completed', resolve));
    sut.start();
    const line = { tenant: 'default', urgency: 'user' } as const;
    await fixture.queues.add('propagation', { runId, pass: 'a'.repeat(40), segment: 0 }, line);
    const looking = setInterval(() => void sut.abortUnwanted(), 20);
    await completed;
    clearInterval(looking);
    expect(seen).toBe('AbortError');
    await sut.drain(1);
  });
});

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { Registry } from 'prom-client';
import { CodedError } from '@propago/contracts';
import { Database } from '@propago/database';
import { startServers, type Servers } from '@propago/local-stack';
import { NextSteps } from './next-steps';
import { Queues } from './queues';
import { StageMetrics } from './stage-metrics';
import { StageRunner, type StageHandler } from './stage-runner';

let servers: Servers;
let database: Database;
let queues: Queues;
let next: NextSteps;

beforeAll(async () => {
  const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '' };
  servers = await startServers({ env, need: { postgres: true, redis: true } });
  database = new Database(servers.databaseUrl);
}, 60_000);
beforeEach(() => {
  queues = new Queues({ redisUrl: servers.redisUrl, prefix: randomUUID(), lockSeconds: 5 });
  next = new NextSteps(database, queues);
});
afterEach(async () => {
  await database.run.deleteMany();
  await queues.close();
});
afterAll(async () => {
  await database?.$disconnect();
  await servers?.stop();
});

async function acceptedRun(): Promise<string> {
  const featureSetId = randomUUID().replaceAll('-', '').padEnd(40, '0');
  const sha256 = randomUUID();
  await database.video.create({ data: { sha256, bytes: 1, blobKey: `videos/${sha256}`, probe: {} } });
  const size = { inputWidth: 8, inputHeight: 8, imageResize: 'bilinear', precision: 'float16', segmentFrames: 2 };
  await database.featureSet.create({ data: { id: featureSetId, videoSha256: sha256, encoderSha256: 'e', ...size } });
  const id = randomUUID();
  const request = { maskKey: 'm', classIds: [1], preset: 'dino', parameters: {}, encoderName: 'e', encoderSha256: 'e' };
  await database.run.create({ data: { id, featureSetId, ...request } });
  return id;
}

/** Has one job of a run worked on to its last attempt. */
async function work(runId: string, handler: Pick<StageHandler<'propagation'>, 'process' | 'discard'>): Promise<void> {
  const stage = { stage: 'propagation' as const, concurrency: 1, ...handler };
  const metrics = new StageMetrics(new Registry(), queues);
  const sut = new StageRunner(stage, queues, next, metrics, pino({ level: 'silent' }));
  const queue = queues.of('propagation');
  const settled = new Promise((resolve) => queue.on('failed', resolve).on('completed', resolve));
  sut.start();
  await queue.add({ runId, segment: 0 }, { jobId: randomUUID(), attempts: 1, priority: 1 });
  await settled;
  await sut.drain(1);
}

const ends = async () => (await queues.of('results').getWaiting()).map(({ data }) => data);

describe('StageRunner', () => {
  it('ends the run of a job that has failed for good, with its code', async () => {
    const runId = await acceptedRun();
    await work(runId, { process: () => Promise.reject(new CodedError('FEATURES_INVALID', 'not normalised')) });
    expect(await ends()).toMatchObject([{ kind: 'end', runId, error: { code: 'FEATURES_INVALID' } }]);
  });

  it('ends no run because a server is away: the reconciler brings the job back', async () => {
    const runId = await acceptedRun();
    const away = new CodedError('SERVICE_UNAVAILABLE', 'The storage does not answer.');
    await work(runId, { process: () => Promise.reject(away) });
    expect(await ends()).toEqual([]);
    expect(await next.activeRuns({ runId })).toEqual([runId]);
  });

  it.each([
    ['discards what was stored for a run that had ended meanwhile', true],
    ['discards nothing of a run that goes on', false],
  ])('%s', async (_, hasEnded) => {
    const runId = await acceptedRun();
    const discarded: string[] = [];
    await work(runId, {
      process: async () => {
        if (hasEnded) await database.runOutcome.create({ data: { runId, state: 'succeeded' } });
        return {};
      },
      discard: async (job) => void discarded.push(job.runId),
    });
    expect(discarded).toEqual(hasEnded ? [runId] : []);
  });

  it('stops a job that no run wants any more when it is told to look', async () => {
    const runId = await acceptedRun();
    let seen: unknown;
    const process: StageHandler<'propagation'>['process'] = async (_, signal) => {
      await database.run.update({ where: { id: runId }, data: { cancelRequestedAt: new Date() } });
      await sleep(60_000, undefined, { signal }).catch((error: Error) => (seen = error.name));
      signal.throwIfAborted();
      return {};
    };
    const stage = { stage: 'propagation' as const, concurrency: 1, process };
    const metrics = new StageMetrics(new Registry(), queues);
    const sut = new StageRunner(stage, queues, next, metrics, pino({ level: 'silent' }));
    const completed = new Promise((resolve) => queues.of('propagation').on('completed', resolve));
    sut.start();
    await queues.add('propagation', { runId, segment: 0 });
    const looking = setInterval(() => void sut.abortUnwanted(), 20);
    await completed;
    clearInterval(looking);
    expect(seen).toBe('AbortError');
    await sut.drain(1);
  });
});

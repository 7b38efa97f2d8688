import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Services, startServers, type ServicePlan, type Servers, type Stack } from '@propago/local-stack';
import { Queues } from '@propago/pipeline';
import { findS3Server, startS3Server, type S3TestServer } from '../libs/storage/src/s3-server.fixture';
import { Forward, Hosts, hostsUnavailable } from './support/hosts';
import { NATIVE_SIZE, Platform, startPlatform, until } from './support/platform';
import { smallClip, type SmallClip } from './support/small-clip';

const s3Binary = findS3Server();
const obstacle = s3Binary ? hostsUnavailable() : 'no versitygw or minio on PATH or in PROPAGO_TEST_S3_SERVER';
const FRAMES = 24;
const PARTITION_MS = 20_000;
const PATIENCE_MS = 300_000;

/** A server on this machine and the address at which the hosts find it. */
interface Reachable {
  servers: Servers;
  forward: Forward;
  restart(): Promise<void>;
}

// Three hosts: this machine with the gateway and the servers, one with ingest, models and results, one with features and
// propagation. They share no disk: what one of them needs of another it gets from S3.
(obstacle ? describe.skip : describe)(`three hosts${obstacle ? ` (skipped: ${obstacle})` : ''}`, () => {
  let folder: string;
  let hosts: Hosts;
  let s3: S3TestServer;
  let s3Forward: Forward;
  const servers = {} as Record<'postgres' | 'redis' | 'nats', Reachable>;
  let services: Services;
  let platform: Platform;
  let clips: SmallClip[];
  /** Digest over the masks of all frames, by clip. */
  let undisturbed: string[];

  beforeAll(async () => {
    clips = await Promise.all(Array.from({ length: 10 }, (_, seed) => smallClip({ frames: FRAMES, seed: seed + 1 })));
    undisturbed = await masksOnOneMachine(clips);
    folder = mkdtempSync(path.join(tmpdir(), 'propago-hosts-'));
    hosts = new Hosts(['b', 'c']);
    s3 = await startS3Server(s3Binary!);
    s3Forward = await hosts.forward(s3.endpoint);
    for (const name of ['postgres', 'redis', 'nats'] as const) servers[name] = await startReachable(name);
    services = new Services({ dir: path.join(folder, 'services'), env: environment() });
    await services.addAll([
      { name: 'gateway', env: { ACCESS: 'off', ADMIN_API: 'on' } },
      ...(['ingest', 'models', 'results'] as const).map((name) => on('b', name)),
      on('c', 'features'),
      on('c', 'propagation'),
    ]);
    // What the tests do with a platform needs its address and its database only.
    const where = { databaseUrl: servers.postgres.forward.url, storageUrl: `file://${folder}` };
    const stack = { url: services.url, services, servers: { ...servers.postgres.servers, ...where } };
    platform = new Platform(stack as Stack);
  }, PATIENCE_MS);

  afterAll(async () => {
    await services?.stop();
    for (const { servers: own } of Object.values(servers)) {
      await own.stop();
      rmSync(own.dir, { recursive: true, force: true });
    }
    await s3?.stop();
    await hosts?.remove();
    if (folder) rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  function environment(): NodeJS.ProcessEnv {
    const storage = new URLSearchParams({ endpoint: s3Forward.url, forcePathStyle: 'true', region: 'us-east-1' });
    return {
      DATABASE_URL: servers.postgres.forward.url,
      REDIS_URL: servers.redis.forward.url,
      NATS_URL: servers.nats.forward.url,
      STORAGE_URL: `s3://bucket/hosts?${storage.toString()}`,
      AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      SEGMENT_FRAMES: '4',
      QUEUE_LOCK_SECONDS: '5',
      RECONCILE_SECONDS: '2',
    };
  }

  function on(name: string, service: ServicePlan['name']): ServicePlan {
    const { address, through } = hosts.host(name);
    return { name: service, env: { HOST: address }, through };
  }

  /** A server of its own folder, so that it can be restarted with its data while the others stay. */
  async function startReachable(name: 'postgres' | 'redis' | 'nats'): Promise<Reachable> {
    const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '', STORAGE_URL: '' };
    const dir = mkdtempSync(path.join(tmpdir(), `propago-hosts-${name}-`));
    const start = (migrate: boolean) => startServers({ env, dir, persistent: true, need: { [name]: true }, migrate });
    const urlOf = (own: Servers) => ({ postgres: own.databaseUrl, redis: own.redisUrl, nats: own.natsUrl })[name];
    const first = await start(true);
    const forward = await hosts.forward(urlOf(first));
    const reachable: Reachable = {
      servers: first,
      forward,
      restart: async () => {
        await reachable.servers.stop();
        reachable.servers = await start(false);
        forward.moveTo(urlOf(reachable.servers));
      },
    };
    return reachable;
  }

  async function masksOnOneMachine(all: SmallClip[]): Promise<string[]> {
    const one = await startPlatform();
    try {
      const masks: string[] = [];
      for (const clip of all) masks.push(await masksOf(one, (await one.succeededRun(clip)).id));
      return masks;
    } finally {
      await one.stop();
    }
  }

  const masksOf = (of: Platform, id: string): Promise<string> => of.digestOfMasks(id, FRAMES);

  async function expectUndisturbed(ids: string[]): Promise<void> {
    const runs = await Promise.all(ids.map((id) => platform.run(id)));
    expect(runs.map(({ state, error }) => error ?? state)).toEqual(ids.map(() => 'succeeded'));
    const masks: string[] = [];
    for (const id of ids) masks.push(await masksOf(platform, id));
    expect(masks).toEqual(undisturbed.slice(0, ids.length));
  }

  const ended = (ids: string[]) => async () => {
    const answers = await Promise.all(ids.map((id) => platform.run(id).catch(() => undefined)));
    return answers.every((run) => run && ['succeeded', 'failed', 'cancelled'].includes(run.state));
  };

  const unfinished = async () => {
    const [row] = await platform.query<{ count: string }>(
      'select count(*) from "Run" r left join "RunOutcome" o on o."runId" = r.id where o."runId" is null',
    );
    return Number(row!.count);
  };

  /** Queues of the Redis that runs now. */
  async function onQueues(act: (queues: Queues) => Promise<unknown>): Promise<void> {
    const queues = new Queues({ redisUrl: servers.redis.servers.redisUrl, prefix: 'bull', lockSeconds: 5 });
    try {
      await act(queues);
    } finally {
      await queues.close();
    }
  }

  const removeAll = (ids: string[]) => Promise.all(ids.map((id) => platform.removeRun(id)));

  it(
    'give the masks of one machine',
    async () => {
      const ids = [await platform.acceptedRun(clips[0]!)];
      await until('the run ends', ended(ids), PATIENCE_MS);
      await expectUndisturbed(ids);
      await removeAll(ids);
    },
    PATIENCE_MS,
  );

  it(
    'survive that the host of the encoder is cut off for 20 s in the middle of runs',
    async () => {
      const ids = await Promise.all(clips.slice(0, 3).map((clip) => platform.acceptedRun(clip)));
      await until('features are being made', async () => {
        const [row] = await platform.query<{ count: string }>('select count(*) from "FeatureSegment"');
        return Number(row!.count) > 0;
      });
      hosts.setConnected('c', false);
      await sleep(PARTITION_MS);
      hosts.setConnected('c', true);
      await until('the runs end', ended(ids), PATIENCE_MS);
      await expectUndisturbed(ids);
      await removeAll(ids);
    },
    PATIENCE_MS,
  );

  it(
    'survive restarts of Redis, NATS, Postgres and S3 in the middle of 10 runs',
    async () => {
      const restartS3 = async () => {
        await s3.restart();
        s3Forward.moveTo(s3.endpoint);
      };
      const ids: string[] = [];
      // No run ends as long as no results are made, which are made last of all. Each restart has work of its own to disturb.
      await onQueues((queues) => queues.of('results').pause());
      for (const name of ['redis', 'nats', 'postgres', 's3'] as const) {
        await until('the API is ready', async () => (await platform.get('/v2/health/ready')).status === 200);
        const portion = clips.slice(ids.length, ids.length + (name === 'redis' ? 4 : 2));
        ids.push(...(await Promise.all(portion.map((clip) => platform.acceptedRun(clip)))));
        await onQueues((queues) =>
          until('features are being made', async () => (await queues.of('features').getActiveCount()) > 0),
        );
        expect(await unfinished()).toBe(ids.length);
        // Results read and write blobs: S3 goes while they are made.
        if (name === 's3') await onQueues((queues) => queues.of('results').resume());
        await (name === 's3' ? restartS3() : servers[name].restart());
      }
      expect(ids).toHaveLength(clips.length);
      await until('the runs end', ended(ids), PATIENCE_MS);
      await expectUndisturbed(ids);
      await removeAll(ids);
    },
    PATIENCE_MS,
  );

  it(
    'work on 8 runs with one and with two workers of features and propagation',
    async () => {
      const larger = await Promise.all(
        Array.from({ length: 8 }, (_, seed) => smallClip({ width: 432, height: 240, frames: 24, seed: seed + 50 })),
      );
      const seconds = async () => {
        const start = performance.now();
        const options = { parameters: NATIVE_SIZE };
        const ids = await Promise.all(larger.map((clip) => platform.acceptedRun({ ...clip, options })));
        await until('the runs end', ended(ids), PATIENCE_MS);
        const took = (performance.now() - start) / 1000;
        const states = await Promise.all(ids.map(async (id) => (await platform.run(id)).state));
        expect(states).toEqual(ids.map(() => 'succeeded'));
        await removeAll(ids);
        return took;
      };
      const one = await seconds();
      await services.addAll([on('c', 'features'), on('c', 'propagation')]);
      const two = await seconds();
      const frames = larger.length * 24;
      console.log(
        `8 runs of 24 frames of 432x240: ${one.toFixed(1)} s with one worker (${(frames / one).toFixed(1)} frames/s), ` +
          `${two.toFixed(1)} s with two (${(frames / two).toFixed(1)} frames/s); all on the processors of this machine`,
      );
      const logs = services.processes.filter(({ name }) => name === 'features').map(({ logFile }) => logFile);
      const worked = logs.map((file) => readFileSync(file, 'utf8').includes('"job end"'));
      expect(worked).toEqual([true, true]);
    },
    PATIENCE_MS,
  );
});

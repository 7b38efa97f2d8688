import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { blobKeys } from '@propago/contracts';
import { Database } from '@propago/database';
import { loadEncoderCard } from '@propago/encoder';
import { startServers, type Servers } from '@propago/local-stack';
import { featuresEnvironment, type ConfigOf } from '@propago/runtime';
import { createBlobStore, type BlobStore } from '@propago/storage';
import { largeEncoderBytes } from '../../../libs/encoder/testing/large-encoder';
import { ServedEncoders } from './served-encoders';
import { wantedEncoders } from './wanted-encoders';

const FRAMES = { count: 2, width: 96, height: 64 };
const CYCLES = 6;

let servers: Servers;
let database: Database;
let folder: string;
let store: BlobStore;
let sut: ServedEncoders;

beforeAll(async () => {
  const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '' };
  servers = await startServers({ env, need: { postgres: true } });
  database = new Database(servers.databaseUrl);
  folder = await mkdtemp(path.join(tmpdir(), 'propago-served-'));
  store = createBlobStore(pathToFileURL(folder).href);
});

beforeEach(() => (sut = served()));

afterEach(async () => {
  await sut.onApplicationShutdown();
  await database.run.deleteMany();
  await database.modelAlias.deleteMany();
  await database.modelVersion.deleteMany();
});

afterAll(async () => {
  await database?.$disconnect();
  await servers?.stop();
  await rm(folder, { recursive: true, force: true });
});

function served(): ServedEncoders {
  const config: ConfigOf<'features'> = featuresEnvironment.parse({
    DATABASE_URL: servers.databaseUrl,
    REDIS_URL: 'redis://localhost',
    NATS_URL: 'nats://localhost',
    STORAGE_URL: pathToFileURL(folder).href,
    ENCODER_THREADS: '2',
    WARMUP_SIZES: '96x64',
  });
  return new ServedEncoders(config, store, pino({ level: 'silent' }), database, new Registry());
}

/** Puts an encoder into storage as the registry does. @returns its digest */
async function stored(megabytes: number, seed: number): Promise<string> {
  const file = path.join(folder, `${seed}.onnx`);
  await writeFile(file, largeEncoderBytes(megabytes * 1e6, seed));
  const card = await loadEncoderCard(file);
  await store.put(blobKeys.encoderModel(card.sha256), readFileSync(file));
  await store.put(blobKeys.encoderCard(card.sha256), Buffer.from(JSON.stringify(card)));
  return card.sha256;
}

/** Runs that used an encoder version. */
async function runsWith(sha256: string, count: number, createdAt = new Date()): Promise<void> {
  const id = `${sha256}-${randomUUID()}`;
  await database.video.create({ data: { sha256: id, bytes: 1, blobKey: 'v', probe: {} } });
  const frames = { width: 8, height: 8, imageResize: 'bilinear', segmentFrames: 2 };
  await database.frameSet.create({ data: { id, videoSha256: id, ...frames } });
  const features = { videoSha256: id, frameSetId: id, encoderSha256: sha256, precision: 'float16' };
  await database.featureSet.create({ data: { id, ...features } });
  const request = { preset: 'dino', parameters: {}, createdAt };
  const run = { featureSetId: id, ...request, encoderName: sha256, encoderSha256: sha256 };
  await database.run.createMany({ data: Array.from({ length: count }, () => ({ id: randomUUID(), ...run })) });
}

const rows = async () => {
  await sut.beat();
  const found = await database.encoderInstance.findMany({ orderBy: { state: 'asc' } });
  return found.map(({ sha256, state, reason }) => ({ sha256, state, reason }));
};

const encode = (sha256: string) =>
  sut.use(sha256, (encoder) =>
    encoder.encode(new Uint8Array(FRAMES.count * FRAMES.width * FRAMES.height * 3).fill(99), FRAMES),
  );

const childrenOf = (pid: number) =>
  readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number),
  );

/** Processes of encoders: those of Postgres are not among them. */
const encoderProcesses = () =>
  childrenOf(process.pid).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('encoder-child'));

describe('the rows of a worker', () => {
  it('say what it has loaded and why it has not, and go with it', async () => {
    const [good, damaged] = [await stored(5, 1), await stored(5, 2)];
    await store.put(blobKeys.encoderModel(damaged), Buffer.from('no model'));
    await sut.keep([good, damaged], []);
    const failed = { sha256: damaged, state: 'FAILED', reason: expect.stringMatching(/^ENCODER_INVALID: .*changed/) };
    expect(await rows()).toEqual([failed, { sha256: good, state: 'LOADED', reason: null }]);
    expect((await encode(good)).dim).toBe(384);
    await expect(encode(damaged)).rejects.toMatchObject({
      code: 'ENCODER_INVALID',
      message: expect.stringContaining(damaged.slice(0, 12)),
    });
    await sut.onApplicationShutdown();
    expect(await database.encoderInstance.count()).toBe(0);
    expect(encoderProcesses()).toEqual([]);
  });

  it('are renewed by each beat, and removed by another worker when their own died long ago', async () => {
    const sha256 = await stored(5, 1);
    const long = new Date(Date.now() - 3_600_000);
    await database.encoderInstance.create({ data: { worker: 'dead', sha256, state: 'LOADED', updatedAt: long } });
    await sut.keep([sha256], []);
    await sut.beat();
    const [first] = await database.encoderInstance.findMany();
    await sleep(20);
    await sut.beat();
    const after = await database.encoderInstance.findMany();
    expect(after).toHaveLength(1);
    expect(after[0]!.updatedAt.getTime()).toBeGreaterThan(first!.updatedAt.getTime());
  });
});

describe('an encoder process that is killed', () => {
  it('fails its version, and the next job starts another one', async () => {
    const sha256 = await stored(5, 1);
    await sut.keep([sha256], []);
    const [pid] = encoderProcesses();
    process.kill(pid!, 'SIGKILL');
    while ((await rows())[0]!.state !== 'FAILED') await sleep(20);
    expect((await encode(sha256)).dim).toBe(384);
    expect(await rows()).toEqual([{ sha256, state: 'LOADED', reason: null }]);
    expect(encoderProcesses()).not.toContain(pid);
  });
});

describe('what is to be loaded', () => {
  it('is what aliases of READY versions name and named before, by importance', async () => {
    const digest = (text: string) => createHash('sha256').update(text).digest('hex');
    const version = (name: string, version: number, state = 'READY') =>
      database.modelVersion.create({
        data: { name, version, state, sha256: digest(`${name}:${version}`), bytes: 1, createdBy: 'test' },
      });
    for (const n of [1, 2, 3, 4, 5]) await version('vit', n);
    await version('vit', 6, 'REJECTED');
    await version('colours', 1);
    const alias = (name: string, alias: string, version: number, previousVersion: number | null = null) =>
      database.modelAlias.create({ data: { name, alias, version, previousVersion } });
    await alias('vit', 'free', 1);
    await alias('vit', 'shadow', 4, 6);
    await alias('vit', 'canary', 3);
    await alias('vit', 'champion', 2, 5);
    await alias('colours', 'champion', 1);
    const { wanted, needed } = await wantedEncoders(database);
    expect(wanted).toEqual(['colours:1', 'vit:2', 'vit:3', 'vit:5', 'vit:4', 'vit:1'].map(digest));
    expect(needed).toEqual([]);
  });

  it('begins with the champion that runs of the last day used most', async () => {
    for (const name of ['a', 'b', 'c']) {
      await database.modelVersion.create({
        data: { name, version: 1, state: 'READY', sha256: name, bytes: 1, createdBy: 'test' },
      });
      await database.modelAlias.create({ data: { name, alias: 'champion', version: 1 } });
    }
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    await runsWith('b', 1);
    await runsWith('c', 2);
    await runsWith('a', 3, yesterday);
    expect((await wantedEncoders(database)).wanted).toEqual(['c', 'b', 'a']);
  });

  it('has what a model in use may return to before the champion of one that nobody uses', async () => {
    for (const [name, version] of [
      ['a', 1],
      ['b', 1],
      ['b', 2],
    ] as const) {
      await database.modelVersion.create({
        data: { name, version, state: 'READY', sha256: `${name}:${version}`, bytes: 1, createdBy: 'test' },
      });
    }
    await database.modelAlias.create({ data: { name: 'a', alias: 'champion', version: 1 } });
    await database.modelAlias.create({ data: { name: 'b', alias: 'champion', version: 2, previousVersion: 1 } });
    await runsWith('b:2', 1);
    expect((await wantedEncoders(database)).wanted).toEqual(['b:2', 'b:1', 'a:1']);
  });

  it('is nothing where there is no model', async () => {
    expect(await wantedEncoders(database)).toEqual({ wanted: [], needed: [] });
  });
});

describe('memory', () => {
  /** Megabytes of this process and of the encoders' processes. */
  const resident = () =>
    [process.pid, ...encoderProcesses()].reduce((sum, pid) => {
      const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
      return sum + Number(match![1]) / 1024;
    }, 0);

  it('of a 90 MB encoder is given back each time it is let go of, within 10 %', async () => {
    const sha256 = await stored(90, 3);
    const cycle = async () => {
      await sut.keep([sha256], []);
      await encode(sha256);
      const loaded = resident();
      await sut.keep([], []);
      while (encoderProcesses().length > 0) await sleep(20);
      return { loaded, closed: resident() };
    };
    const { closed: start } = await cycle();
    for (let i = 0; i < CYCLES; i++) {
      const { loaded, closed } = await cycle();
      expect(loaded - closed).toBeGreaterThan(90);
      expect(closed).toBeLessThan(1.1 * start);
    }
  }, 600_000);
});

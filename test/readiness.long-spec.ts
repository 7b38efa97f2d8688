import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Bull from 'bull';
import { requireProgram } from '@propago/local-stack';
import { Platform, startPlatform, until, type RunResource } from './support/platform';
import { smallClip } from './support/small-clip';

const DEPENDENCIES = ['postgres', 'redis', 'nats', 'storage'] as const;
type Dependency = (typeof DEPENDENCIES)[number];

const EVERYBODY = ['gateway', 'ingest', 'features', 'propagation', 'results', 'models'];
/** Who cannot do its work without it. */
const NEEDED_BY: Record<Dependency, string[]> = {
  postgres: EVERYBODY,
  redis: ['ingest', 'features', 'propagation', 'results'],
  nats: ['gateway', 'ingest', 'models'],
  storage: EVERYBODY,
};

interface Process {
  name: string;
  url: string;
}

// Each answer of a service that lacks something may take the 3 s of a check.
jest.setTimeout(300_000);

interface Readiness {
  status: number;
  detail?: string;
  dependencies: Record<Dependency, string>;
}

async function readiness({ url }: Process): Promise<Readiness> {
  const answer = await fetch(`${url}/v2/health/ready`);
  return { ...((await answer.json()) as Omit<Readiness, 'status'>), status: answer.status };
}

/**
 * Waits until a service says in those words that it misses that, and nothing else. It lives, and it is not ready if it
 * needs what is missing.
 */
async function misses(service: Process, missing: Dependency, words: string): Promise<void> {
  let last!: Readiness;
  // On a busy machine another check may be late, once.
  await until(`${service.name} misses ${missing} only`, async () => {
    last = await readiness(service);
    const notOk = DEPENDENCIES.filter((name) => last.dependencies[name] !== 'ok');
    return notOk.join() === missing;
  });
  const isNeeded = NEEDED_BY[missing].includes(service.name);
  expect({ name: service.name, status: last.status }).toEqual({ name: service.name, status: isNeeded ? 503 : 200 });
  expect(last.dependencies[missing]).toBe(words);
  if (isNeeded) expect(last.detail).toBe(`${missing}: ${words}`);
  expect((await fetch(`${service.url}/v2/health/live`)).status).toBe(200);
}

/** Waits until a service misses nothing. */
async function isWhole(service: Process): Promise<void> {
  await until(`${service.name} misses nothing`, async () => {
    const { dependencies } = await readiness(service);
    return Object.values(dependencies).every((words) => words === 'ok');
  });
}

/** Stops a server and its processes in the middle of whatever they do; its connections stay open. @returns its way back */
function freeze(pid: number): () => void {
  const signal = (to: number, name: NodeJS.Signals) => {
    try {
      process.kill(to, name);
    } catch (error) {
      // A child that has just ended.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  // The server first, which makes no more children then: PostgreSQL has one for each connection.
  signal(pid, 'SIGSTOP');
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number);
  for (const child of children) signal(child, 'SIGSTOP');
  return () => [...children, pid].forEach((each) => signal(each, 'SIGCONT'));
}

describe('readiness', () => {
  let platform: Platform;
  let redis: ReturnType<typeof spawn> | undefined;

  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(async () => {
    await platform?.stop();
    redis?.kill();
  });

  it('is asked, as metrics are, without a line in the log; other requests leave one, without their headers', async () => {
    const { url, logFile } = platform.stack.services.processes.find(({ name }) => name === 'gateway')!;
    const isRequest = ({ msg }: { msg?: string }) => msg === 'request';
    const lines = () =>
      readFileSync(logFile, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown> & { msg?: string });
    for (const path of ['/v2/health/ready', '/v2/health/live', '/metrics']) await fetch(`${url}${path}`);
    const { id } = await platform.succeededRun(await smallClip({ frames: 4, seed: 11 }));
    await fetch(`${url}/v1/runs/${id}?x=1`, {
      headers: { authorization: 'Bearer pgo_a_secret', 'x-api-key': 'secret' },
    });
    await until('the request is in the log', async () => lines().some((line) => String(line.url).endsWith('?x=1')));
    for (const { time, level } of lines()) {
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(level).toMatch(/^(debug|info|warn|error|fatal)$/);
    }
    const requests = lines().filter(isRequest);
    expect(requests.filter(({ url: asked }) => /health|metrics/.test(String(asked)))).toEqual([]);
    expect(requests.find(({ method }) => method === 'POST')).toMatchObject({ url: '/v1/runs', status: 202, runId: id });
    const one = requests.find(({ url: asked }) => String(asked).endsWith('?x=1'))!;
    const number = expect.any(Number);
    const text = expect.any(String);
    expect(one).toEqual({
      ...{ level: 'info', time: text, service: 'gateway', msg: 'request', method: 'GET', url: `/v1/runs/${id}?x=1` },
      ...{ status: number, ms: number, runId: id, tenant: 'default', trace_id: text, span_id: text },
    });
    expect(readFileSync(logFile, 'utf8')).not.toContain('secret');
  });

  const ofEvery = (check: (service: Process) => Promise<void>) =>
    Promise.all(platform.stack.services.processes.map(check));

  /** @returns the way back */
  async function takeAway(dependency: Dependency): Promise<() => Promise<void> | void> {
    if (dependency !== 'storage') return freeze(platform.stack.servers.pids[dependency]!);
    // As when a share is not mounted; permissions would not keep root out.
    const folder = fileURLToPath(platform.stack.servers.storageUrl);
    await rename(folder, `${folder}.away`);
    await writeFile(folder, 'no folder');
    return async () => {
      await rm(folder);
      await rename(`${folder}.away`, folder);
    };
  }

  /** What every service says of it while it is away. */
  function wordsFor(dependency: Dependency): string {
    const { databaseUrl, redisUrl, natsUrl, storageUrl } = platform.stack.servers;
    if (dependency === 'storage') return `${fileURLToPath(storageUrl)} cannot be read: there is no such folder`;
    const { host } = new URL({ postgres: databaseUrl, redis: redisUrl, nats: natsUrl }[dependency]);
    return `no answer at ${host}`;
  }

  it('writes nothing to the storage to be found out', async () => {
    await ofEvery(isWhole);
    const parts = join(fileURLToPath(platform.stack.servers.storageUrl), '.parts');
    const before = statSync(parts).mtimeMs;
    await ofEvery(isWhole);
    expect(statSync(parts).mtimeMs).toBe(before);
  });

  it.each(DEPENDENCIES)(
    'falls for those who need it while %s is away, is kept by the others, and returns by itself',
    async (dependency) => {
      const giveBack = await takeAway(dependency);
      try {
        await ofEvery((service) => misses(service, dependency, wordsFor(dependency)));
      } finally {
        await giveBack();
      }
      await ofEvery(isWhole);
      await platform.succeededRun(await smallClip({ frames: 4, seed: 1 + DEPENDENCIES.indexOf(dependency) }));
    },
  );

  it('of NATS is not needed for a run that was accepted', async () => {
    const id = await platform.acceptedRun(await smallClip({ frames: 40, seed: 12 }));
    const giveBack = freeze(platform.stack.servers.pids.nats!);
    try {
      expect((await platform.waitForEnd(id)).state).toBe('succeeded');
    } finally {
      giveBack();
    }
    await ofEvery(isWhole);
  });

  it('says in words that Redis cannot write', async () => {
    const queue = new Bull('settings', platform.stack.servers.redisUrl);
    const [, folder] = (await queue.client.config('GET', 'dir')) as unknown as [string, string];
    await queue.client.config('SET', 'save', '3600 1');
    // A snapshot that cannot be written has Redis refuse all writing.
    await rm(folder, { recursive: true });
    await queue.client.bgsave();
    const { host } = new URL(platform.stack.servers.redisUrl);
    const words = `the server at ${host} cannot write to its disk, and takes no jobs`;
    await ofEvery((service) => misses(service, 'redis', words));
    await queue.client.config('SET', 'save', '');
    await queue.close();
    await ofEvery(isWhole);
  });

  it('is denied by the workers while Redis is gone, and kept by the gateway and the registry', async () => {
    const { hostname, port } = new URL(platform.stack.servers.redisUrl);
    const socket = connect(Number(port), hostname, () => socket.write('SHUTDOWN NOSAVE\r\n'));
    await new Promise((resolve) => socket.on('close', resolve).on('error', resolve));
    await ofEvery((service) => misses(service, 'redis', wordsFor('redis')));
    for (const { url } of platform.stack.services.processes) {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).toContain('process_resident_memory_bytes');
      expect(metrics).not.toContain('propago_queue_jobs{');
    }
  });

  let waiting: string;

  it('of Redis is not needed to accept, cancel and delete runs', async () => {
    const answer = await platform.postRun(await smallClip({ frames: 4, seed: 8 }));
    expect(answer.status).toBe(202);
    const run = (await answer.json()) as RunResource;
    expect(run.state).toBe('queued');
    const address = `${platform.url}/v1/runs/${run.id}`;
    expect((await fetch(`${address}/cancel`, { method: 'POST' })).status).toBe(202);
    expect((await platform.run(run.id)).state).toBe('cancelling');
    expect((await fetch(address, { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(address)).status).toBe(404);
    waiting = await platform.acceptedRun(await smallClip({ frames: 4, seed: 10 }));
  });

  it('returns when Redis is started anew, with nothing in it', async () => {
    const { hostname, port } = new URL(platform.stack.servers.redisUrl);
    const settings = ['--maxmemory-policy', 'noeviction', '--save', '', '--appendonly', 'no'];
    const program = requireProgram('redis-server', 'REDIS_SERVER_PATH');
    redis = spawn(program, ['--bind', hostname, '--port', port, ...settings], { stdio: 'ignore' });
    await ofEvery(isWhole);
    expect((await platform.waitForEnd(waiting)).state).toBe('succeeded');
    await platform.succeededRun(await smallClip({ frames: 4, seed: 9 }));
  });

  it('of Postgres is needed to answer, which the API says with 503', async () => {
    process.kill(platform.stack.servers.pids.postgres!, 'SIGQUIT');
    await until('the API misses Postgres', async () => {
      const answer = await platform.get('/v1/runs');
      return answer.status === 503 && ((await answer.json()) as { code: string }).code === 'SERVICE_UNAVAILABLE';
    });
    const unknown = await platform.get('/v1/runs/00000000-0000-4000-8000-000000000000');
    expect(unknown.status).toBe(503);
    const answer = await platform.get('/v2/health/ready');
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.headers.has('retry-after')).toBe(true);
    const detail = `postgres: ${wordsFor('postgres')}`;
    expect(await answer.json()).toMatchObject({ code: 'SERVICE_UNAVAILABLE', status: 503, detail });
  });
});

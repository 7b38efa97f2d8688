import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { requireProgram } from '@propago/local-stack';
import { Platform, startPlatform, until, type RunResource } from './support/platform';
import { smallClip } from './support/small-clip';

const DEPENDENCIES = ['postgres', 'redis', 'nats', 'storage'] as const;
type Dependency = (typeof DEPENDENCIES)[number];

interface Process {
  name: string;
  url: string;
}

// Each answer of a service that lacks something may take the 3 s of a check.
jest.setTimeout(300_000);

async function readiness({ url }: Process): Promise<{ status: number; dependencies: Record<Dependency, string> }> {
  const answer = await fetch(`${url}/v2/health/ready`);
  const { dependencies } = (await answer.json()) as { dependencies: Record<Dependency, string> };
  return { status: answer.status, dependencies };
}

/** Waits until a service says that it lacks that, and nothing else; it lives. */
async function lacks(service: Process, missing: Dependency): Promise<void> {
  // On a busy machine another check may be late, once.
  await until(`${service.name} lacks ${missing} only`, async () => {
    const { status, dependencies } = await readiness(service);
    const notOk = DEPENDENCIES.filter((name) => dependencies[name] !== 'ok');
    return status === 503 && notOk.join() === missing;
  });
  expect((await fetch(`${service.url}/v2/health/live`)).status).toBe(200);
}

/** Waits until a service lacks nothing. */
async function isReady(service: Process): Promise<void> {
  await until(`${service.name} is ready again`, async () => (await readiness(service)).status === 200);
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

  it.each(DEPENDENCIES)('falls while %s is away, names it, and returns by itself', async (dependency) => {
    const giveBack = await takeAway(dependency);
    try {
      await ofEvery((service) => lacks(service, dependency));
    } finally {
      await giveBack();
    }
    await ofEvery(isReady);
    await platform.succeededRun(await smallClip({ frames: 4, seed: 1 + DEPENDENCIES.indexOf(dependency) }));
  });

  it('is denied by every service, naming Redis, while Redis is gone; each lives on', async () => {
    const { hostname, port } = new URL(platform.stack.servers.redisUrl);
    const socket = connect(Number(port), hostname, () => socket.write('SHUTDOWN NOSAVE\r\n'));
    await new Promise((resolve) => socket.on('close', resolve).on('error', resolve));
    await ofEvery((service) => lacks(service, 'redis'));
    for (const { url } of platform.stack.services.processes) {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).toContain('process_resident_memory_bytes');
      expect(metrics).not.toContain('propago_queue_jobs{');
    }
    const answer = await platform.get('/v2/health/ready');
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.headers.has('retry-after')).toBe(true);
    expect(await answer.json()).toMatchObject({ code: 'SERVICE_UNAVAILABLE', status: 503 });
  });

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
  });

  it('returns when Redis is started anew, with nothing in it', async () => {
    const { hostname, port } = new URL(platform.stack.servers.redisUrl);
    const settings = ['--maxmemory-policy', 'noeviction', '--save', '', '--appendonly', 'no'];
    const program = requireProgram('redis-server', 'REDIS_SERVER_PATH');
    redis = spawn(program, ['--bind', hostname, '--port', port, ...settings], { stdio: 'ignore' });
    await ofEvery(isReady);
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
  });
});

import { connect } from 'node:net';
import { Platform, startPlatform, until, type RunResource } from './support/platform';
import { smallClip } from './support/small-clip';

jest.setTimeout(120_000);

/** Whether a service says that it lacks Redis, and nothing else, and lives. */
async function isNotReady({ name, url }: { name: string; url: string }): Promise<void> {
  let dependencies: unknown;
  await until(`${name} is not ready`, async () => {
    const answer = await fetch(`${url}/v2/health/ready`);
    ({ dependencies } = (await answer.json()) as { dependencies: unknown });
    return answer.status === 503;
  });
  const redis = expect.not.stringMatching(/^ok$/);
  expect(dependencies).toEqual({ postgres: 'ok', redis, nats: 'ok', storage: 'ok' });
  expect((await fetch(`${url}/v2/health/live`)).status).toBe(200);
}

describe('readiness', () => {
  let platform: Platform;

  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform?.stop());

  it('is denied by every service, naming Redis, while Redis is gone; each lives on', async () => {
    const { hostname, port } = new URL(platform.stack.servers.redisUrl);
    const socket = connect(Number(port), hostname, () => socket.write('SHUTDOWN NOSAVE\r\n'));
    await new Promise((resolve) => socket.on('close', resolve).on('error', resolve));
    await Promise.all(platform.stack.services.processes.map(isNotReady));
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
    const answer = await platform.postRun(await smallClip({ frames: 4 }));
    expect(answer.status).toBe(202);
    const run = (await answer.json()) as RunResource;
    expect(run.state).toBe('queued');
    const address = `${platform.url}/v1/runs/${run.id}`;
    expect((await fetch(`${address}/cancel`, { method: 'POST' })).status).toBe(202);
    expect((await platform.run(run.id)).state).toBe('cancelling');
    expect((await fetch(address, { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(address)).status).toBe(404);
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

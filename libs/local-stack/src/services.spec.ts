import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Services, startServices, type ServicePlan } from './services';

// A service in small: ready at once, its answer names its process and setting; /die ends it.
const HEALTHY = `
  require('node:http').createServer((request, response) => {
    if (request.url === '/die') process.exit(7);
    response.end(JSON.stringify({ pid: process.pid, setting: process.env.SETTING }));
  }).listen(process.env.PORT, process.env.HOST);`;
/** Ends on SIGTERM in its own time, or never. */
const slow = (ends: string) => `process.on('SIGTERM', () => ${ends}); ${HEALTHY}`;
const BROKEN = `setTimeout(() => { console.error('REDIS_URL is not an address'); process.exit(2); }, 500);`;

describe('startServices', () => {
  let dir: string;
  let sut: Services | undefined;

  const install = (name: string, source: string): void => {
    mkdirSync(join(dir, 'services', name, 'src'), { recursive: true });
    writeFileSync(join(dir, 'services', name, 'src/main.js'), source);
  };
  const answer = async (url: string): Promise<{ pid: number; setting?: string }> =>
    (await (await fetch(`${url}/v2/health/ready`)).json()) as { pid: number; setting?: string };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'propago-test-'));
    install('gateway', HEALTHY);
    install('ingest', HEALTHY);
  });
  afterEach(async () => {
    await sut?.stop();
    sut = undefined;
    rmSync(dir, { recursive: true, force: true });
  });

  it('starts each process on a port of its own, with its environment', async () => {
    sut = await startServices({
      dir,
      dist: dir,
      env: { SETTING: 'all' },
      services: [{ name: 'gateway' }, { name: 'ingest', replicas: 2, env: { SETTING: 'own' } }],
    });
    const answers = await Promise.all(sut.processes.map((entry) => answer(entry.url)));
    expect(answers.map((entry) => entry.pid)).toEqual(sut.processes.map((entry) => entry.pid));
    expect(answers.map((entry) => entry.setting)).toEqual(['all', 'own', 'own']);
  });

  it('reports the log of a service that ends at its start, and stops the others', async () => {
    install(
      'ingest',
      `require('node:fs').writeFileSync(${JSON.stringify(join(dir, 'pid'))}, String(process.pid)); ${HEALTHY}`,
    );
    install('features', BROKEN);
    const parts = { dir, dist: dir, env: {} };
    const starting = startServices({ ...parts, services: [{ name: 'ingest' }, { name: 'features' }] });
    await expect(starting).rejects.toThrow(
      /features exited with code 2 before it was ready.*\n.*REDIS_URL is not an address/,
    );
    const started = Number(readFileSync(join(dir, 'pid'), 'utf8'));
    expect(() => process.kill(started, 0)).toThrow('ESRCH');
  });

  it('kills, restarts and adds processes', async () => {
    sut = await startServices({ dir, dist: dir, env: {}, services: [{ name: 'ingest' }] });
    const first = sut.pid('ingest');
    await sut.kill('ingest', 0, 'SIGKILL');
    expect(sut.processes[0]!.running).toBe(false);
    await sut.restart('ingest');
    expect(sut.pid('ingest')).not.toBe(first);
    const added = await sut.add('ingest', { SETTING: 'late' });
    expect(await answer(added.url)).toEqual({ pid: added.pid, setting: 'late' });
    await sut.stop();
    expect(sut.processes.some((entry) => entry.running)).toBe(false);
  });

  it('tells how a restarted process ended, and kills none before its own limit', async () => {
    install('ingest', slow('setTimeout(() => process.exit(0), 1000)'));
    install('features', slow('undefined'));
    const services: ServicePlan[] = [{ name: 'gateway' }, { name: 'ingest', env: { SHUTDOWN_SECONDS: '1' } }];
    sut = await startServices({ dir, dist: dir, env: {}, services });
    expect(await sut.restart('gateway')).toBe('ended by SIGTERM');
    expect(await sut.restart('ingest')).toBe('exited with code 0');
    await sut.stop();
    sut = await startServices({ dir, dist: dir, env: {}, services: [{ name: 'features' }], stopLimitMs: 300 });
    expect(await sut.restart('features')).toBe('ended by SIGKILL');
  });

  it('starts a service that ended by itself again when it is told to', async () => {
    const told: string[] = [];
    const onRestart = (what: string) => told.push(what);
    sut = await startServices({ dir, dist: dir, env: {}, services: [{ name: 'gateway' }], restart: true, onRestart });
    const first = sut.pid('gateway');
    await fetch(`${sut.url}/die`).catch(() => undefined);
    while (sut.pid('gateway') === first) await sleep(50);
    expect(sut.pid('gateway')).not.toBe(first);
    expect(told).toEqual([
      expect.stringMatching(/^gateway exited with code \d+; it is started again\. .*gateway-0\.log$/),
    ]);
  });
});

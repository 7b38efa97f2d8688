import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, SERVICE_NAMES } from '@propago/local-stack';
import { version } from '../package.json';
import { until } from './support/platform';
import { Propago } from './support/propago-command';

jest.setTimeout(240_000);

interface Status {
  running: boolean;
  url: string;
  servers: { name: string; running: boolean; address: string }[];
  services: { name: string; metrics: string; health: string; version: string }[];
  queues: Record<string, Record<string, number>>;
  disk: { free: number; used: Record<string, number> };
}

describe('the commands for what propago up runs', () => {
  let root: string;
  let dir: string;
  let url: string;
  let up: Propago;
  const propago = (...args: string[]): Promise<string> => new Propago(args).output();
  const failure = async (...args: string[]): Promise<Propago> => {
    const command = new Propago(args);
    expect(await command.ended).not.toBe(0);
    return command;
  };

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'propago-up-'));
    // The database's own user must be able to pass.
    chmodSync(root, 0o711);
    dir = join(root, 'data');
    url = `http://127.0.0.1:${await freePort()}`;
    up = new Propago(['up', '--dir', dir, '--port', new URL(url).port, '--access', 'off'], { MAX_SEGMENT: '3' });
    await until('it is up', async () => up.hasEnded || up.stdout.includes('Ctrl-C stops it.'));
  });
  afterAll(async () => {
    await up.interrupt();
    rmSync(root, { recursive: true, force: true });
  });

  it('say the version', async () => {
    expect(await propago('--version')).toMatch(new RegExp(`^${version.replaceAll('.', '\\.')} \\(\\w+\\)$`));
  });

  it('warn of a misspelt setting', () => {
    expect(up.stderr).toContain('warning: MAX_SEGMENT is no setting: did you mean MAX_SEGMENTS_AHEAD?');
  });

  it('name everything that is wrong with the settings of all services before anything is started', async () => {
    const other = join(root, 'wrong');
    const port = String(await freePort());
    const env = { RUN_RETENTION_DAYS: 'abc', QUEUE_LOCK_SECONDS: '-1', INGEST_CONCURRENCY: '0', WARMUP_SIZES: 'big' };
    const wrong = new Propago(['up', '--dir', other, '--port', port], env);
    expect(await wrong.ended).toBe(2);
    const lines = wrong.stderr.trim().split('\n');
    expect(lines[0]).toBe('these settings are not valid, so nothing was started:');
    expect(
      lines
        .slice(1)
        .map((line) => line.trim().split(':')[0]!)
        .sort(),
    ).toEqual(Object.keys(env).sort());
    expect(wrong.stdout).toBe('');
  });

  it('show services, servers, queues and the disk', async () => {
    const status = JSON.parse(await propago('status', '--dir', dir, '--json')) as Status;
    expect(status).toMatchObject({ running: true, url });
    expect(status.servers.map(({ name, running }) => [name, running])).toEqual([
      ['postgres', true],
      ['redis', true],
      ['nats', true],
    ]);
    expect(status.services.map(({ name }) => name).sort()).toEqual([...SERVICE_NAMES].sort());
    expect(status.services.every((one) => one.health === 'ready' && one.version === version)).toBe(true);
    for (const { metrics } of status.services) {
      expect(await (await fetch(metrics)).text()).toContain('propago_build_info{');
    }
    expect(status.queues.ingest).toEqual({ waiting: 0, active: 0, delayed: 0 });
    expect(status.disk.free).toBeGreaterThan(0);
    expect(status.disk.used.database).toBeGreaterThan(0);
    expect(status.disk.used.encoders).toBeGreaterThan(0);
    const text = await propago('status', '--dir', dir);
    for (const part of ['propago up runs in', 'gateway-0', 'postgres', 'waiting', 'free']) expect(text).toContain(part);
  });

  it('list the metrics of all services for Prometheus', () => {
    const targets = JSON.parse(readFileSync(join(dir, 'metrics-targets.json'), 'utf8')) as {
      targets: string[];
      labels: { service: string };
    }[];
    expect(targets.map(({ labels }) => labels.service).sort()).toEqual([...SERVICE_NAMES].sort());
    expect(targets.find(({ labels }) => labels.service === 'gateway')!.targets).toEqual([new URL(url).host]);
  });

  it('show logs: of all services in the order of time, of one, of a server, and what comes', async () => {
    const lines = (await propago('logs', '--dir', dir, '--lines', '1000')).split('\n');
    const logged = lines.map((line) => JSON.parse(line) as { service?: string; time?: number | string; msg: string });
    expect(new Set(logged.map(({ service }) => service).filter(Boolean)).size).toBe(SERVICE_NAMES.length);
    const times = logged.flatMap(({ time }) => (time === undefined ? [] : [new Date(time).getTime()]));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect((await propago('logs', 'ingest', '--dir', dir, '-n', '2')).split('\n')).toHaveLength(2);
    expect(await propago('logs', 'postgres', '--dir', dir)).toContain('database system is ready');
    expect((await failure('logs', 'nobody', '--dir', dir)).stderr).toContain('there are logs of');

    const follow = new Propago(['logs', 'gateway', '--dir', dir, '--follow', '--lines', '0']);
    // It does not say when it has begun to look.
    await until('it shows a line', async () => {
      appendFileSync(join(dir, 'logs/gateway-0.log'), '{"msg":"of a test"}\n');
      return follow.stdout.includes('of a test');
    });
    await follow.interrupt();
  });

  it('say when nothing runs, or something is not ready', async () => {
    const { stderr, stdout } = await failure('status', '--dir', root);
    expect(stderr).toContain('nothing runs in');
    expect(stdout).toContain('free');
  });
});

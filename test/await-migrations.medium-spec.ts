import { spawn } from 'node:child_process';
import path from 'node:path';
import { deployMigrations, repoRoot, startServers, type Servers } from '@propago/local-stack';

/** The program that the pods of a cluster run before their service. */
function awaitMigrations(databaseUrl: string, seconds: number) {
  const program = path.join(repoRoot(), 'scripts/await-migrations.mjs');
  const child = spawn(process.execPath, [program, String(seconds)], {
    env: { ...process.env, DATABASE_URL: databaseUrl },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return {
    said: (what: RegExp) =>
      new Promise<void>((resolve) => {
        const look = () => what.test(output) && resolve();
        child.stdout.on('data', look);
        look();
      }),
    ended: new Promise<{ code: number | null; output: string }>((resolve) =>
      child.on('close', (code) => resolve({ code, output })),
    ),
  };
}

describe('await-migrations', () => {
  let servers: Servers;

  beforeAll(async () => {
    const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '' };
    servers = await startServers({ env, need: { postgres: true }, migrate: false });
  });
  afterAll(() => servers?.stop());

  it('fails when the database is not brought up to date in time, naming what it lacks', async () => {
    const { code, output } = await awaitMigrations(servers.databaseUrl, 0).ended;
    expect(code).toBe(1);
    expect(output).toContain('0001_');
  });

  it('fails when the database does not answer', async () => {
    const { code, output } = await awaitMigrations('postgresql://nobody@127.0.0.1:1/none', 0).ended;
    expect(code).toBe(1);
    expect(output).toContain('does not answer');
  });

  it('waits until somebody else has applied every migration', async () => {
    const sut = awaitMigrations(servers.databaseUrl, 60);
    await sut.said(/waiting for/);
    await deployMigrations(servers.databaseUrl);
    expect((await sut.ended).code).toBe(0);
  });
});

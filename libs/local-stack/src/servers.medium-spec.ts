import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { requireProgram } from './find-program';
import { startServers, type Servers } from './servers';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A zombie has ended; it only waits for its parent.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

const query = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

const noServers = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '' };

describe('startServers', () => {
  let dir: string;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'propago-test-'));
    await chmod(dir, 0o711);
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('leaves no process and no folder behind', async () => {
    const servers = await startServers({ env: noServers, migrate: false });
    expect(Object.keys(servers.pids).sort()).toEqual(['nats', 'postgres', 'redis']);
    expect(Object.values(servers.pids).every(isAlive)).toBe(true);
    expect(await query(servers.databaseUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
    await servers.stop();
    expect(Object.values(servers.pids).some(isAlive)).toBe(false);
    expect(existsSync(servers.dir)).toBe(false);
  });

  it('applies the migrations', async () => {
    const servers = await startServers({ env: noServers, need: { postgres: true } });
    try {
      const applied = await query(servers.databaseUrl, 'select finished_at from _prisma_migrations');
      expect(applied.length).toBeGreaterThan(0);
      expect(applied).not.toContainEqual({ finished_at: null });
    } finally {
      await servers.stop();
    }
  });

  it('uses a server that the environment names as it is', async () => {
    const env = { ...noServers, REDIS_URL: 'redis://elsewhere:1', NATS_URL: 'nats://elsewhere:2' };
    const servers = await startServers({ dir, env, need: { redis: true, nats: true } });
    expect(servers).toMatchObject({ redisUrl: 'redis://elsewhere:1', natsUrl: 'nats://elsewhere:2', pids: {} });
    await servers.stop();
  });

  it('finds the data of an earlier start again, also when a lock file names another living process', async () => {
    const options = { dir, env: noServers, persistent: true, migrate: false, need: { postgres: true } };
    const first = await startServers(options);
    await query(first.databaseUrl, 'create table kept as select 42 as answer');
    await first.stop();
    writeFileSync(join(dir, 'postgres/postmaster.pid'), `${process.pid}\n`);
    const second = await startServers(options);
    try {
      expect(await query(second.databaseUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
    } finally {
      await second.stop();
    }
  });

  it('refuses a folder that another platform uses', async () => {
    const options = { dir, env: noServers, persistent: true, migrate: false, need: { redis: true } };
    const first = await startServers(options);
    try {
      await expect(startServers(options)).rejects.toThrow('is in use');
    } finally {
      await first.stop();
    }
    const second = await startServers(options);
    await second.stop();
  });

  it('starts a server that was killed again, at the same address, with its data', async () => {
    const said: string[] = [];
    const watch = { say: (what: string) => said.push(what), onLost: (problem: Error) => said.push(problem.message) };
    const servers = await startServers({ dir, env: noServers, persistent: true, migrate: false, watch });
    try {
      await query(servers.databaseUrl, 'create table kept as select 42 as answer');
      for (const [name, program] of [
        ['postgres', 'postgres'],
        ['redis', 'redis-server'],
        ['nats', 'nats-server'],
      ] as const) {
        const killed = servers.pids[name]!;
        process.kill(killed, 'SIGKILL');
        while (servers.pids[name] === killed) await sleep(50);
        expect(isAlive(servers.pids[name]!)).toBe(true);
        expect(said.splice(0)).toEqual([
          `${program} ended by SIGKILL; it is started again. Its log: ${join(dir, 'logs', program)}.log`,
          expect.stringMatching(new RegExp(`^${program} is back after \\d+\\.\\d s$`)),
        ]);
      }
      expect(await query(servers.databaseUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
    } finally {
      await servers.stop();
    }
    expect(Object.values(servers.pids).some(isAlive)).toBe(false);
  });

  it('says with its log that a server cannot be started again', async () => {
    const env = { ...process.env };
    const program = join(dir, 'nats-server');
    symlinkSync(requireProgram('nats-server', 'NATS_SERVER_PATH'), program);
    process.env.NATS_SERVER_PATH = program;
    try {
      const { problem, servers } = await new Promise<{ problem: Error; servers: Servers }>((resolve, reject) => {
        const watch = { say: () => undefined, onLost: (problem: Error) => resolve({ problem, servers: started }) };
        let started!: Servers;
        const starting = startServers({ dir, env: noServers, need: { nats: true }, migrate: false, watch });
        starting.then((servers) => {
          started = servers;
          rmSync(program);
          symlinkSync('/bin/false', program);
          process.kill(servers.pids.nats!, 'SIGKILL');
        }, reject);
      });
      expect(problem.message).toMatch(/^nats-server cannot be started again after \d attempts: exited with code 1/);
      await servers.stop();
    } finally {
      process.env = env;
    }
  });

  it('gives a database whose password was lost another one, and keeps its data', async () => {
    const options = { dir, env: noServers, persistent: true, migrate: false, need: { postgres: true } };
    const first = await startServers(options);
    await query(first.databaseUrl, 'create table kept as select 42 as answer');
    await first.stop();
    rmSync(join(dir, 'postgres.password'));
    const second = await startServers(options);
    try {
      expect(await query(second.databaseUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
    } finally {
      await second.stop();
    }
  });

  it('refuses data of another major version of PostgreSQL, and leaves them as they are', async () => {
    const options = { dir, env: noServers, persistent: true, migrate: false, need: { postgres: true } };
    await (await startServers(options)).stop();
    writeFileSync(join(dir, 'postgres/PG_VERSION'), '11\n');
    await expect(startServers(options)).rejects.toThrow(/are of PostgreSQL 11, and [^]*"propago backup FILE"/);
    expect(existsSync(join(dir, 'postgres/base'))).toBe(true);
  });

  it('gives up with the log of the server that does not start, and stops the others', async () => {
    const env = { ...process.env };
    process.env.NATS_SERVER_PATH = '/bin/false';
    try {
      await expect(startServers({ dir, env: noServers, migrate: false })).rejects.toThrow(
        /nats-server does not start: exited with code 1/,
      );
      expect(existsSync(join(dir, 'postgres'))).toBe(false);
      expect(existsSync(join(dir, 'redis'))).toBe(false);
    } finally {
      process.env = env;
    }
  });

  it('ends the servers when this process is killed', async () => {
    const script = join(dir, 'parent.cjs');
    const module = join(__dirname, 'servers.ts');
    writeFileSync(
      script,
      `const { transformFileSync } = require(${JSON.stringify(require.resolve('@swc/core'))});
       require.extensions['.ts'] = (m, file) => m._compile(transformFileSync(file, { swcrc: false, module: { type: 'commonjs' }, jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }).code, file);
       const { startServers } = require(${JSON.stringify(module)});
       startServers({ dir: ${JSON.stringify(dir)}, migrate: false }).then((servers) => console.log(JSON.stringify(Object.values(servers.pids))));
       setInterval(() => {}, 1000);`,
    );
    const parent = spawn(process.execPath, [script], { env: noServers, stdio: ['ignore', 'pipe', 'inherit'] });
    const pids = await new Promise<number[]>((resolve) => {
      parent.stdout.on('data', (chunk: Buffer) => resolve(JSON.parse(chunk.toString()) as number[]));
    });
    expect(pids).toHaveLength(3);
    parent.kill('SIGKILL');
    for (let wait = 0; wait < 100 && pids.some(isAlive); wait++) await sleep(100);
    expect(pids.filter(isAlive)).toEqual([]);
  });
});

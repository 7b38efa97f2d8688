import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '@propago/database';
import { Services, startServers, type Servers } from '@propago/local-stack';
import { patchEncoder } from '../../../test/support/model-files';
import { Aliases } from './aliases.service';
import type { ConfiguredEncoders } from './configured-encoders.service';

let servers: Servers;
let services: Services;
let database: Database;
let folder: string;
/** Two files of one name. */
let files: string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'propago-configured-'));
  files = [4, 8].map((dim) => {
    const own = join(folder, String(dim));
    mkdirSync(own);
    writeFileSync(join(own, 'enc.onnx'), patchEncoder({ dim }));
    return join(own, 'enc.onnx');
  });
  const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '', STORAGE_URL: '' };
  servers = await startServers({ env });
  const { databaseUrl, redisUrl, natsUrl, storageUrl } = servers;
  const addresses = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, NATS_URL: natsUrl, STORAGE_URL: storageUrl };
  services = new Services({ dir: folder, env: addresses });
  database = new Database(databaseUrl);
}, 120_000);
afterAll(async () => {
  await services?.stop();
  await database?.$disconnect();
  await servers?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts and ends the service with these files, and tells what the registry holds then. */
async function startedWith(...encoders: string[]) {
  const { index } = await services.add('models', { ENCODERS: encoders.join(',') });
  await services.kill('models', index);
  const versions = await database.modelVersion.findMany({ where: { name: 'enc' }, orderBy: { version: 'asc' } });
  const champion = await database.modelAlias.findUniqueOrThrow({
    where: { name_alias: { name: 'enc', alias: 'champion' } },
  });
  return {
    versions: versions.map(({ version, state, createdBy }) => `${version} ${state} ${createdBy}`),
    champion: champion.version,
    previous: champion.previousVersion,
  };
}

describe('the encoders of the configuration', () => {
  it('are READY at once, and the first file of a name is its champion', async () => {
    const both = ['1 READY configuration', '2 READY configuration'];
    expect(await startedWith(files[0]!, files[1]!)).toEqual({ versions: both, champion: 1, previous: null });
    const shipped = await database.modelVersion.findMany({
      where: { name: { contains: '-descriptor' } },
      orderBy: { name: 'asc' },
    });
    const ready = { version: 1, state: 'READY' };
    expect(shipped).toMatchObject([
      { name: 'colour-descriptor', ...ready },
      { name: 'conv-descriptor', ...ready },
      { name: 'conv-descriptor-fp32', ...ready },
    ]);
  });

  it('are the same versions at the next start, and another file becomes the champion', async () => {
    const audit = () => database.modelAudit.count();
    expect(await startedWith(files[1]!)).toMatchObject({ champion: 2, previous: 1 });
    const before = await audit();
    expect((await startedWith(files[1]!)).versions).toHaveLength(2);
    expect(await audit()).toBe(before);
  });

  it('leave a champion that a person appointed', async () => {
    const sut = new Aliases(database, {} as ConfiguredEncoders);
    await sut.set({ what: 'alias', name: 'enc', alias: 'champion', version: 1, actor: 'ann' });
    expect(await startedWith(files[1]!)).toMatchObject({ champion: 1 });
  });
});

import { Database, databaseFailure, sqlStateOf } from '.';
import { startServers, type Servers } from '@propago/local-stack';

/** What a piece of work is refused with. */
const failureOf = (work: () => Promise<unknown>): Promise<unknown> =>
  work().then(
    () => undefined,
    (error: unknown) => error,
  );

describe('databaseFailure', () => {
  let servers: Servers;
  let database: Database;

  beforeAll(async () => {
    const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '' };
    servers = await startServers({ env, need: { postgres: true } });
    database = new Database(servers.databaseUrl);
  });
  afterAll(async () => {
    await database?.$disconnect();
    await servers?.stop();
  });

  /** Has Postgres refuse new videos with that SQLSTATE. */
  async function refuseVideos(state: string): Promise<void> {
    await database.$executeRawUnsafe(
      `create or replace function refuse() returns trigger language plpgsql as
       $$ begin raise exception 'could not extend file' using errcode = '${state}'; end $$`,
    );
    await database.$executeRawUnsafe('drop trigger if exists refuse on "Video"');
    await database.$executeRawUnsafe('create trigger refuse before insert on "Video" execute function refuse()');
  }

  const insert = () => database.video.create({ data: { sha256: 'v', bytes: 1, blobKey: 'videos/v', probe: {} } });
  const insertRaw = () =>
    database.$executeRaw`insert into "Video" (sha256, bytes, "blobKey", probe) values ('v', 1, 'v', '{}')`;
  const insertInTransaction = () =>
    database.$transaction((t) => t.video.create({ data: { sha256: 'v', bytes: 1, blobKey: 'v', probe: {} } }));

  it.each([
    ['53100', 'STORAGE_FULL'],
    ['53300', 'SERVICE_UNAVAILABLE'],
    ['57P01', 'SERVICE_UNAVAILABLE'],
    ['P0001', undefined],
  ])('takes a query that Postgres refuses with %s for %s', async (state, code) => {
    await refuseVideos(state);
    for (const work of [insert, insertRaw, insertInTransaction]) {
      const error = await failureOf(work);
      expect(error).toBeInstanceOf(Error);
      expect({ work: work.name, code: databaseFailure(error)?.code }).toEqual({ work: work.name, code });
    }
  });

  it('takes a mistake of a query for one', async () => {
    const error = await failureOf(() => database.$queryRaw`select * from nowhere`);
    expect(sqlStateOf(error)).toBe('42P01');
    expect(databaseFailure(error)).toBeUndefined();
    expect(databaseFailure(new Error('x'))).toBeUndefined();
  });

  it('knows a server that is not there', async () => {
    const { hostname } = new URL(servers.databaseUrl);
    const away = new Database(`postgresql://user@${hostname}:1/none`);
    for (const work of [() => away.video.count(), () => away.$queryRaw`select 1`]) {
      expect(databaseFailure(await failureOf(work))).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    }
    await away.$disconnect();
  });
});

import { randomUUID } from 'node:crypto';
import { Database } from '@propago/database';
import { startServers, type Servers } from '@propago/local-stack';
import type { ConfigOf } from '@propago/runtime';
import { ClaimsService, type Claimed, type Outcome } from './claims.service';

const CONFIG = {
  WEBHOOK_TIMEOUT_SECONDS: 15,
  WEBHOOK_RETRY_SECONDS: 5,
  WEBHOOK_GIVE_UP_HOURS: 72,
  WEBHOOK_DISABLE_HOURS: 120,
  WEBHOOK_LOG_DAYS: 30,
} as ConfigOf<'gateway'>;
const DELIVERED: Outcome = { seconds: 0.1, status: 204, error: null, answer: '' };
const REFUSED: Outcome = { seconds: 0.1, status: 500, error: 'The answer was 500.', answer: '' };
const HOUR = 3_600_000;

describe('ClaimsService', () => {
  let servers: Servers;
  let database: Database;
  let sut: ClaimsService;

  beforeAll(async () => {
    const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '' };
    servers = await startServers({ env, need: { postgres: true } });
    database = new Database(servers.databaseUrl);
    sut = new ClaimsService(CONFIG, database);
  });
  afterAll(async () => {
    await database?.$disconnect();
    await servers?.stop();
  });
  beforeEach(() => database.webhookEndpoint.deleteMany());

  async function endpoint(tenant = 'default'): Promise<string> {
    const id = randomUUID();
    await database.webhookEndpoint.create({
      data: { id, tenant, url: 'https://example.org', events: ['*'], seed: 's' },
    });
    return id;
  }

  /** Events in the order in which they happened. */
  async function events(endpointId: string, count: number, row: object = {}): Promise<string[]> {
    const ids = Array.from({ length: count }, () => randomUUID());
    for (const eventId of ids) {
      const data = { endpointId, eventId, type: 'run.created', subject: eventId, data: {}, ...row };
      await database.webhookDelivery.create({ data });
    }
    return ids;
  }

  const idsOf = (claimed: readonly Claimed[]) => claimed.map(({ eventId }) => eventId);
  const settle = (claimed: readonly Claimed[], outcome: Outcome) =>
    Promise.all(claimed.map((one) => sut.settle(one, outcome)));
  const lapse = () =>
    database.$executeRaw`UPDATE "WebhookDelivery" SET "leasedUntil" = now() - interval '1 hour' WHERE lease IS NOT NULL`;

  it('gives a delivery to one gateway, and to another one when that is dead', async () => {
    const [event] = await events(await endpoint(), 1);
    const both = await Promise.all([sut.claim(10), sut.claim(10)]);
    const [first] = both.flat();
    expect(idsOf(both.flat())).toEqual([event]);
    expect(await sut.claim(10)).toEqual([]);
    await lapse();
    const [second] = await sut.claim(10);
    // The dead one was only slow.
    await sut.settle(first!, DELIVERED);
    expect(await database.webhookDelivery.findFirst()).toMatchObject({ state: 'pending', attempts: 0 });
    await sut.settle(second!, DELIVERED);
    expect(await database.webhookDelivery.findFirst()).toMatchObject({ state: 'delivered', attempts: 1, lease: null });
    expect(await database.webhookAttempt.count()).toBe(1);
  });

  it('tells an endpoint the events of a subject one after the other, also while the first does not get through', async () => {
    const id = await endpoint();
    const subject = randomUUID();
    const [created, ended] = await events(id, 2, { subject });
    const [other] = await events(id, 1);
    const claimed = await sut.claim(10);
    expect(idsOf(claimed).sort()).toEqual([created, other].sort());
    await settle(claimed, REFUSED);
    expect(await sut.claim(10)).toEqual([]);
    await database.webhookDelivery.updateMany({ data: { nextAttemptAt: new Date(0) } });
    const again = await sut.claim(10);
    expect(idsOf(again).sort()).toEqual([created, other].sort());
    await settle(again, DELIVERED);
    expect(idsOf(await sut.claim(10))).toEqual([ended]);
  });

  it('leaves room for other endpoints and other tenants, who take turns', async () => {
    for (let i = 0; i < 6; i++) await events(await endpoint('busy'), 5);
    await events(await endpoint('quiet'), 9);
    const claimed = await sut.claim(6);
    expect(claimed.filter(({ endpoint: { tenant } }) => tenant === 'quiet')).toHaveLength(3);
    const more = await sut.claim(100);
    const all = [...claimed, ...more];
    const of = (name: string) => all.filter(({ endpoint: { tenant } }) => tenant === name);
    // Of one endpoint 4, of a tenant with more of them 16.
    expect([of('quiet').length, of('busy').length]).toEqual([4, 16]);
    expect(await sut.claim(100)).toEqual([]);
    await settle(more, DELIVERED);
    expect((await sut.claim(100)).length).toBeGreaterThan(0);
  });

  it('counts pauses from the first attempt, not from the event, which may have waited for others', async () => {
    const wantedAt = new Date(Date.now() - HOUR);
    await events(await endpoint(), 1, { wantedAt });
    const pauseAfter = async (triedAgo: number) => {
      await database.webhookDelivery.updateMany({ data: { nextAttemptAt: new Date(0) } });
      const at = new Date(Date.now() - triedAgo * 1000);
      await database.webhookAttempt.updateMany({ where: { number: 1 }, data: { at } });
      await settle(await sut.claim(10), REFUSED);
      return ((await database.webhookDelivery.findFirst())!.nextAttemptAt.getTime() - Date.now()) / 1000;
    };
    // A fifth more or less.
    const first = await pauseAfter(0);
    expect([first > 3, first < 6]).toEqual([true, true]);
    const third = await pauseAfter(100);
    expect([third > 150, third < 250]).toEqual([true, true]);
  });

  it('gives up a delivery after its time, and a test at once', async () => {
    const id = await endpoint();
    const [old] = await events(id, 1, { wantedAt: new Date(Date.now() - 72 * HOUR) });
    const [test] = await events(id, 1, { type: 'webhook.test' });
    const [young] = await events(id, 1);
    await settle(await sut.claim(10), REFUSED);
    const stateOf = async (eventId: string) =>
      (await database.webhookDelivery.findFirst({ where: { eventId } }))!.state;
    expect(await Promise.all([old!, test!, young!].map(stateOf))).toEqual(['failed', 'failed', 'pending']);
  });

  it('disables an endpoint at once when it is gone, and after days of failures only', async () => {
    const [gone, failing, recent] = [await endpoint(), await endpoint(), await endpoint()];
    await database.webhookEndpoint.update({
      where: { id: failing },
      data: { failingSince: new Date(Date.now() - 121 * HOUR) },
    });
    for (const id of [gone, failing, recent]) await events(id, 1);
    for (const one of await sut.claim(10)) {
      await sut.settle(one, one.endpointId === gone ? { ...REFUSED, status: 410 } : REFUSED);
    }
    const reasonOf = async (id: string) =>
      (await database.webhookEndpoint.findUnique({ where: { id } }))!.disabledReason;
    expect(await Promise.all([gone, failing, recent].map(reasonOf))).toEqual(['gone', 'failing', null]);
    await database.webhookDelivery.updateMany({ data: { nextAttemptAt: new Date(0) } });
    const [again, ...none] = await sut.claim(10);
    expect([again!.endpointId, none]).toEqual([recent, []]);
    await sut.settle(again!, DELIVERED);
    expect((await database.webhookEndpoint.findUnique({ where: { id: recent } }))!.failingSince).toBeNull();
  });

  it('sweeps what ended long ago, and gives up what waits for a disabled endpoint', async () => {
    const id = await endpoint();
    const ago = (days: number) => new Date(Date.now() - days * 24 * HOUR);
    await events(id, 1, { state: 'delivered', endedAt: ago(31) });
    const [kept] = await events(id, 1, { state: 'delivered', endedAt: ago(29) });
    const [waiting] = await events(id, 1, { wantedAt: ago(4) });
    await database.webhookEndpoint.update({ where: { id }, data: { disabledAt: ago(4), disabledReason: 'user' } });
    await sut.sweep();
    const rows = await database.webhookDelivery.findMany({ orderBy: { sequence: 'asc' } });
    expect(rows.map(({ eventId, state }) => [eventId, state])).toEqual([
      [kept, 'delivered'],
      [waiting, 'failed'],
    ]);
  });
});

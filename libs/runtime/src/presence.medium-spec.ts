import { ClientNats } from '@nestjs/microservices';
import { startServers, type Servers } from '@propago/local-stack';
import { natsOptions } from './nats-options';
import { Presence } from './presence';
import type { ServiceName } from './config';

const BUILD = { version: '1.2.3', revision: 'abc' };
const ANSWER_MS = 1500;

let servers: Servers;
const clients: ClientNats[] = [];

beforeAll(async () => {
  servers = await startServers({ env: { ...process.env, NATS_URL: '' }, need: { nats: true } });
}, 60_000);
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await servers?.stop();
});

async function startedAs(service: ServiceName): Promise<{ presence: Presence; client: ClientNats }> {
  const client = new ClientNats(natsOptions(servers.natsUrl));
  clients.push(client);
  const presence = new Presence(service, BUILD, client);
  presence.onApplicationBootstrap();
  // Whoever asks has an answer to itself only when it has said that it is there.
  while (!(await presence.all(ANSWER_MS)).some((one) => one.service === service));
  return { presence, client };
}

describe('the processes of a platform', () => {
  it('are those that answer, in the order of the pipeline, until they are gone', async () => {
    const { client } = await startedAs('results');
    const { presence } = await startedAs('gateway');
    const started = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(await presence.all(ANSWER_MS)).toEqual([
      { service: 'gateway', host: expect.any(String), pid: process.pid, ...BUILD, startedAt: started },
      { service: 'results', host: expect.any(String), pid: process.pid, ...BUILD, startedAt: started },
    ]);
    await client.close();
    expect(await presence.all(ANSWER_MS)).toMatchObject([{ service: 'gateway' }]);
  });
});

import { ClientNats } from '@nestjs/microservices';
import { connect, type NatsConnection } from 'nats';
import { startServers, type Servers } from '@propago/local-stack';
import { natsOptions } from './nats-options';
import { hasNoListener, News } from './news';

let servers: Servers;
let client: ClientNats;
let listener: NatsConnection;
let sut: News;

beforeAll(async () => {
  servers = await startServers({ env: { ...process.env, NATS_URL: '' }, need: { nats: true } });
  client = new ClientNats(natsOptions(servers.natsUrl));
  listener = await connect({ servers: [servers.natsUrl] });
  sut = new News(client);
}, 60_000);
afterAll(async () => {
  await listener?.close();
  await client?.close();
  await servers?.stop();
});

describe('a question that nobody answers', () => {
  it('names the service that is missing, and what starts it', async () => {
    const unheard = await sut.ask('models.change', {}).catch((error: unknown) => error);
    expect(unheard).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: 'No service models is running, which answers models.change; `propago up` starts one.',
    });
    expect(hasNoListener(unheard)).toBe(true);
  });

  it('says so when the service is there and silent', async () => {
    listener.subscribe('ingest.probe', { callback: () => undefined });
    await listener.flush();
    const late = await sut.ask('ingest.probe', {}, 200).catch((error: unknown) => error);
    expect(hasNoListener(late)).toBe(false);
    expect(late).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: expect.stringMatching(/^The service ingest did not answer ingest\.probe within 0\.2 s/),
    });
  });
});

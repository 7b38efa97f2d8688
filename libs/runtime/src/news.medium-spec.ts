import { ClientNats } from '@nestjs/microservices';
import { connect, type NatsConnection } from 'nats';
import { startServers, type Servers } from '@propago/local-stack';
import { natsOptions } from './nats-options';
import { News } from './news';

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
  it.each([
    ['models.change', 'No service models is running, which answers models.change; `propago up` starts one.'],
    [
      'trainer.change',
      'No service trainer is running, which answers trainer.change; `propago up --trainer` starts one.',
    ],
  ])('names the service of %s, and what starts it', async (subject, message) => {
    await expect(sut.ask(subject, {})).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', message });
  });

  it('says so when the service is there and silent', async () => {
    listener.subscribe('ingest.probe', { callback: () => undefined });
    await listener.flush();
    await expect(sut.ask('ingest.probe', {}, 200)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: expect.stringMatching(/^The service ingest did not answer ingest\.probe within 0\.2 s/),
    });
  });
});

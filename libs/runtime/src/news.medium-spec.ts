import { ClientNats } from '@nestjs/microservices';
import { CodedError } from '@propago/contracts';
import { startServers } from '@propago/local-stack';
import { natsOptions } from './nats-options';
import { hasNoListener, News } from './news';

describe('a question', () => {
  it('that nobody listens to is told from one that is answered too late', async () => {
    const servers = await startServers({ need: { nats: true } });
    const client = new ClientNats(natsOptions(servers.natsUrl));
    try {
      const sut = new News(client);
      const unheard: unknown = await sut.ask('nobody.listens', {}).catch((error: unknown) => error);
      expect(unheard).toBeInstanceOf(CodedError);
      expect(hasNoListener(unheard)).toBe(true);

      // Somebody who listens and says nothing.
      const server = await client.connect();
      (server as { subscribe: (subject: string) => unknown }).subscribe('somebody.listens');
      const late: unknown = await sut.ask('somebody.listens', {}, 200).catch((error: unknown) => error);
      expect(late).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      expect(hasNoListener(late)).toBe(false);
    } finally {
      await client.close();
      await servers.stop();
    }
  });
});

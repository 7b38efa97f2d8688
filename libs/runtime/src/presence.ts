import { hostname } from 'node:os';
import { ClientNats } from '@nestjs/microservices';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ErrorCode, NatsError, RequestStrategy, type NatsConnection } from 'nats';
import { z } from 'zod';
import type { BuildInfo } from '@propago/build-info';
import { CodedError, SERVICES } from '@propago/contracts';
import type { ServiceName } from './config';
import { BUILD, SERVICE } from './tokens';

/** As NATS knows a process of the platform, among others that may use the same server. */
const NATS_NAME = 'propago';
/** Who does not answer within this time is overloaded, frozen or gone. */
const ANSWER_MS = 1000;

const present = z.object({
  service: z.enum(SERVICES),
  host: z.string(),
  pid: z.coerce.number().int(),
  version: z.string(),
  revision: z.string(),
  startedAt: z.iso.datetime(),
});

/** One process of the platform, as it says of itself. */
export type PresentProcess = z.infer<typeof present>;

/** Says that this process is there, whenever somebody asks over NATS, and asks who else is. */
@Injectable()
export class Presence implements OnApplicationBootstrap {
  constructor(
    @Inject(SERVICE) private readonly service: ServiceName,
    @Inject(BUILD) private readonly build: BuildInfo,
    @Inject(ClientNats) private readonly client: ClientNats,
  ) {}

  /** A service starts without NATS too, and is found when NATS is there. */
  onApplicationBootstrap(): void {
    this.answer().catch(() => undefined);
  }

  /** Processes that answer now, by service and start. @throws CodedError SERVICE_UNAVAILABLE without NATS */
  async all(answerMs = ANSWER_MS): Promise<PresentProcess[]> {
    const found: PresentProcess[] = [];
    try {
      const connection = await this.connection();
      const asking = connection.services.client({ strategy: RequestStrategy.Timer, maxWait: answerMs });
      for await (const { metadata } of await asking.ping(NATS_NAME)) {
        const said = present.safeParse(metadata);
        if (said.success) found.push(said.data);
      }
    } catch (cause) {
      if (cause instanceof NatsError && cause.code === (ErrorCode.NoResponders as string)) return [];
      throw new CodedError('SERVICE_UNAVAILABLE', 'The workers cannot be asked: NATS is not reached.', { cause });
    }
    const place = ({ service }: PresentProcess) => SERVICES.indexOf(service);
    return found.sort((a, b) => place(a) - place(b) || a.startedAt.localeCompare(b.startedAt));
  }

  private async answer(): Promise<void> {
    const { version, revision } = this.build;
    const startedAt = new Date(Date.now() - process.uptime() * 1000).toISOString();
    const metadata = {
      service: this.service,
      host: hostname(),
      pid: String(process.pid),
      version,
      revision,
      startedAt,
    };
    const connection = await this.connection();
    await connection.services.add({ name: NATS_NAME, version, metadata });
  }

  private connection(): Promise<NatsConnection> {
    return this.client.connect() as Promise<NatsConnection>;
  }
}

import { Injectable } from '@nestjs/common';
import { ENCODER_SILENCE_MS, type AnswerOf } from '@propago/contracts';
import { Database } from '@propago/database';
import { Presence } from '@propago/runtime';

type Worker = AnswerOf<'WorkerList'>['items'][number];
type Loaded = Worker['encoders'][number] & { worker: string };

/** Who works: the processes that answer now, and what those of them that encode say they have loaded. */
@Injectable()
export class WorkersService {
  constructor(
    private readonly presence: Presence,
    private readonly database: Database,
  ) {}

  /** @throws CodedError SERVICE_UNAVAILABLE without NATS */
  async list(): Promise<AnswerOf<'WorkerList'>> {
    const [present, loaded] = await Promise.all([this.presence.all(), this.loaded()]);
    return {
      items: present.map((one) => ({
        ...one,
        encoders: loaded
          .filter(({ worker }) => worker.startsWith(`${one.host}-${one.pid}-`))
          .map(({ sha256, name, state, reason }) => ({ sha256, name, state, reason })),
      })),
    };
  }

  private loaded(): Promise<Loaded[]> {
    return this.database.$queryRaw<Loaded[]>`
      SELECT instance.worker, instance.sha256, instance.state, instance.reason,
        (SELECT version.name || ':' || max(version.version) FROM "ModelVersion" version
         WHERE version.sha256 = instance.sha256 AND version."deletedAt" IS NULL GROUP BY version.name LIMIT 1) AS name
      FROM "EncoderInstance" instance
      WHERE instance."updatedAt" > (now() AT TIME ZONE 'utc') - ${ENCODER_SILENCE_MS} * interval '1 ms'
      ORDER BY instance.worker, name, instance.sha256`;
  }
}

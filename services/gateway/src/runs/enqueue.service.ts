import { Inject, Injectable } from '@nestjs/common';
import { inTime } from '@propago/pipeline';
import { LOGGER, type Logger } from '@propago/runtime';

/** Enqueues what follows from a committed request. */
@Injectable()
export class EnqueueService {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  /**
   * A Redis that is away neither fails nor holds up a request whose need stands in Postgres: the reconciler enqueues it
   * when Redis is back.
   */
  async nowOrLater(runId: string, enqueueing: Promise<unknown>): Promise<void> {
    try {
      await inTime(enqueueing);
    } catch (error) {
      this.logger.warn({ runId, err: error }, 'not enqueued yet');
    }
  }
}

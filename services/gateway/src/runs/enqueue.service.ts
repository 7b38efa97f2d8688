import { Inject, Injectable } from '@nestjs/common';
import { CodedError } from '@propago/contracts';
import { LOGGER, type Logger } from '@propago/runtime';

const REDIS_WAIT_MS = 2000;

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

/** Bull waits for a Redis that is away for ever. @throws CodedError SERVICE_UNAVAILABLE instead */
export async function inTime<T>(enqueueing: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new CodedError('SERVICE_UNAVAILABLE', 'Redis does not answer.');
    timer = setTimeout(() => reject(error), REDIS_WAIT_MS);
  });
  try {
    return await Promise.race([enqueueing, late]);
  } finally {
    clearTimeout(timer);
  }
}

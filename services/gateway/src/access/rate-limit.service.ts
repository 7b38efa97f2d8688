import { Inject, Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import {
  RateLimiterMemory,
  RateLimiterRedis,
  type RateLimiterAbstract,
  type RateLimiterRes,
} from 'rate-limiter-flexible';
import { inTime, Queues } from '@propago/pipeline';
import { CONFIG, LOGGER, type ConfigOf, type Logger } from '@propago/runtime';

const WINDOW_SECONDS = 60;
// Only counts: each key is compared with a limit of its own.
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Where a key stands after one more request. */
export interface RateLimitState {
  /** Of the IETF draft "RateLimit header fields for HTTP". */
  headers: Record<string, string>;
  isExceeded: boolean;
  /** Until the window ends. */
  seconds: number;
}

/**
 * Requests of each key in windows of a minute, counted in Redis for all gateways together. While Redis is away, each
 * gateway counts for itself: Redis is not needed to answer, and a client gains no more than the number of gateways.
 */
@Injectable()
export class RateLimitService {
  private readonly shared: RateLimiterAbstract;
  private readonly own = new RateLimiterMemory({ points: NO_LIMIT, duration: WINDOW_SECONDS });
  private readonly alone: Counter;
  private isAlone = false;

  constructor(
    @Inject(CONFIG) config: ConfigOf<'gateway'>,
    @Inject(LOGGER) private readonly logger: Logger,
    registry: Registry,
    queues: Queues,
  ) {
    this.shared = new RateLimiterRedis({
      storeClient: queues.of('results').client,
      keyPrefix: `${config.QUEUE_PREFIX}-rate`,
      points: NO_LIMIT,
      duration: WINDOW_SECONDS,
      rejectIfRedisNotReady: true,
    });
    this.alone = new Counter({
      name: 'propago_rate_limit_without_redis_total',
      help: 'Requests counted by this gateway alone, because Redis did not answer.',
      registers: [registry],
    });
  }

  /** Counts a request of a key that may send `limit` requests a minute. */
  async count(keyId: string, limit: number): Promise<RateLimitState> {
    const { consumedPoints, msBeforeNext } = await this.consume(keyId);
    // Rounded up: whoever waits so long finds a new window.
    const seconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
    const headers = {
      'ratelimit-policy': `"key";q=${limit};w=${WINDOW_SECONDS}`,
      ratelimit: `"key";r=${Math.max(0, limit - consumedPoints)};t=${seconds}`,
    };
    return { headers, isExceeded: consumedPoints > limit, seconds };
  }

  private async consume(keyId: string): Promise<RateLimiterRes> {
    try {
      const counted = await inTime(this.shared.consume(keyId));
      this.isAlone = false;
      return counted;
    } catch (error) {
      if (!this.isAlone) this.logger.warn({ err: error }, 'Redis is away: this gateway limits requests alone');
      this.isAlone = true;
      this.alone.inc();
      return this.own.consume(keyId);
    }
  }
}

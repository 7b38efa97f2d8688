import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { buildInfo } from '@propago/build-info';
import { CONFIG, LOGGER, Rounds, type ConfigOf, type Logger } from '@propago/runtime';
import { AllowedAddresses } from './allowed-addresses';
import { ClaimsService, failureOf, type Claimed, type Outcome } from './claims.service';
import { eventOf } from './event-body';
import { post } from './post';
import { signedHeaders } from './signatures';
import { WebhookMetrics } from './webhook-metrics';

/** Attempts under way at once in this process; each is a socket and a timer. */
const AT_ONCE = 64;
const LOOK_MS = 500;
const SWEEP_MS = 10 * 60_000;

/**
 * Sends what lies in the outbox. Each gateway does, and takes what it can send at once; a gateway that is killed leaves
 * its attempts to the others, which may repeat one whose answer was lost: at least once, never not at all.
 */
@Injectable()
export class SenderService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly addresses: AllowedAddresses;
  private readonly userAgent: string;
  private readonly rounds: Rounds[];
  private readonly underWay = new Set<Promise<void>>();
  private isEnding = false;

  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly claims: ClaimsService,
    private readonly metrics: WebhookMetrics,
  ) {
    this.addresses = new AllowedAddresses(config.WEBHOOKS_ALLOW);
    this.userAgent = `Propago/${buildInfo(config.REVISION).version}`;
    this.rounds = [
      new Rounds(() => this.send(), { name: 'sending of webhooks', everyMs: LOOK_MS, logger }),
      new Rounds(() => claims.sweep(), { name: 'sweep of webhooks', everyMs: SWEEP_MS, logger }),
    ];
  }

  onApplicationBootstrap(): void {
    for (const rounds of this.rounds) rounds.start({ atOnce: true });
  }

  /** What is under way is brought to its end, which comes within the time limit of an attempt. */
  async onModuleDestroy(): Promise<void> {
    this.isEnding = true;
    for (const rounds of this.rounds) rounds.stop();
    await Promise.all(this.underWay);
  }

  /** Takes and sends until there is nothing left to do now. */
  private async send(): Promise<void> {
    while (!this.isEnding) {
      const room = AT_ONCE - this.underWay.size;
      const claimed = room > 0 ? await this.claims.claim(room) : [];
      for (const one of claimed) {
        const attempt = this.attempt(one).finally(() => this.underWay.delete(attempt));
        this.underWay.add(attempt);
      }
      if (this.underWay.size === 0) return;
      await Promise.race([...this.underWay, sleep(LOOK_MS, undefined, { ref: false })]);
    }
  }

  private async attempt(claimed: Claimed): Promise<void> {
    const outcome = await this.post(claimed);
    this.metrics.attempted(outcome);
    try {
      await this.claims.settle(claimed, outcome);
    } catch (error) {
      const { endpointId, eventId } = claimed;
      this.logger.warn({ err: error, endpointId, eventId }, 'outcome of a webhook not noted; it will be sent again');
    }
  }

  private async post(claimed: Claimed): Promise<Outcome> {
    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1000;
    try {
      const { endpoint, eventId: id } = claimed;
      const body = JSON.stringify(eventOf(claimed));
      const headers = {
        ...signedHeaders({ id, body, at: new Date() }, endpoint, this.config.KEY_SECRET),
        'content-type': 'application/json',
        'user-agent': this.userAgent,
      };
      const limits = { addresses: this.addresses, timeoutMs: this.config.WEBHOOK_TIMEOUT_SECONDS * 1000 };
      const { status, answer } = await post(new URL(endpoint.url), { body, headers }, limits);
      const isDelivered = status >= 200 && status < 300;
      return { seconds: seconds(), status, answer, error: isDelivered ? null : `The answer was ${status}.` };
    } catch (error) {
      return { seconds: seconds(), status: null, answer: null, error: failureOf(error) };
    }
  }
}

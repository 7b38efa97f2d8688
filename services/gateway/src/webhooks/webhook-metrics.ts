import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { Database } from '@propago/database';
import type { Outcome } from './claims.service';

/** Prometheus metrics of webhooks. What waits is the same at every gateway; the attempts are those of this one. */
@Injectable()
export class WebhookMetrics {
  private readonly attempts: Counter<'outcome'>;
  private readonly seconds: Histogram;

  constructor(registry: Registry, database: Database) {
    const registers = [registry];
    this.attempts = new Counter({
      name: 'propago_webhook_attempts_total',
      help: 'Attempts to deliver an event: delivered, refused (an answer that is none of 2xx), unanswered.',
      labelNames: ['outcome'],
      registers,
    });
    this.seconds = new Histogram({
      name: 'propago_webhook_attempt_seconds',
      help: 'Seconds until a receiver of webhooks has answered, or until it was not waited for any more.',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 60],
      registers,
    });
    const pending = new Gauge({
      name: 'propago_webhook_pending',
      help: 'Events that an enabled webhook has not been told yet.',
      registers,
      async collect() {
        // While the database is away there is nothing to say; the other metrics are served all the same.
        const known = await waiting(database).catch(() => undefined);
        for (const gauge of [this, oldest]) gauge.reset();
        if (!known) return;
        this.set(known.count);
        oldest.set(known.oldestSeconds);
      },
    });
    const oldest = new Gauge({
      name: 'propago_webhook_oldest_pending_seconds',
      help: 'Seconds since the oldest event that an enabled webhook has not been told yet.',
      registers,
      collect: () => void pending,
    });
    new Gauge({
      name: 'propago_webhooks',
      help: 'Webhooks by state: enabled, or the reason why not (user, gone, failing).',
      labelNames: ['state'],
      registers,
      async collect() {
        const rows = await database.webhookEndpoint
          .groupBy({ by: ['disabledReason'], _count: true })
          .catch(() => undefined);
        this.reset();
        for (const { disabledReason, _count } of rows ?? []) this.set({ state: disabledReason ?? 'enabled' }, _count);
      },
    });
  }

  attempted({ seconds, status, error }: Outcome): void {
    this.attempts.inc({ outcome: error === null ? 'delivered' : status === null ? 'unanswered' : 'refused' });
    this.seconds.observe(seconds);
  }
}

async function waiting(database: Database): Promise<{ count: number; oldestSeconds: number }> {
  const where = { state: 'pending', endpoint: { disabledAt: null } };
  const { _count, _min } = await database.webhookDelivery.aggregate({ where, _count: true, _min: { wantedAt: true } });
  const oldest = _min.wantedAt?.getTime() ?? Date.now();
  return { count: _count, oldestSeconds: Math.max(0, (Date.now() - oldest) / 1000) };
}

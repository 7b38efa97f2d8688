import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CodedError } from '@propago/contracts';
import { Database, type WebhookDelivery, type WebhookEndpoint } from '@propago/database';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import { isTest } from './event-body';
import { retryTime } from './retry-time';

/** Attempts under way at once, over all gateways: one endpoint that hangs leaves room for others, and so does a tenant. */
const PER_ENDPOINT = 4;
const PER_TENANT = 16;
/** An attempt ends by its own time limit; whoever has not said what came of it so long after is dead, or frozen. */
const LEASE_MARGIN_SECONDS = 5;
/** Of the lock under which gateways choose what to send, one at a time. */
const CLAIM_LOCK = 7_041_001;

/** A delivery that this gateway alone attempts now. */
export type Claimed = WebhookDelivery & { endpoint: WebhookEndpoint; lease: string };

/** What came of an attempt. */
export interface Outcome {
  seconds: number;
  status: number | null;
  /** Null: delivered. */
  error: string | null;
  answer: string | null;
}

/** Which deliveries are attempted by whom, and what becomes of them; all gateways agree on it in Postgres. */
@Injectable()
export class ClaimsService {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    private readonly database: Database,
  ) {}

  /**
   * Takes up to `most` deliveries whose time has come. Tenants take turns. Of one subject only the first delivery of an
   * endpoint is taken, so that its events arrive in their order.
   */
  async claim(most: number): Promise<Claimed[]> {
    const lease = randomUUID();
    const leaseSeconds = this.config.WEBHOOK_TIMEOUT_SECONDS + LEASE_MARGIN_SECONDS;
    const taken = await this.database.$transaction(async (transaction) => {
      // Another gateway that is choosing now would choose the same; there is a next time.
      const [{ isFree }] = await transaction.$queryRaw<[{ isFree: boolean }]>`
        SELECT pg_try_advisory_xact_lock(${CLAIM_LOCK}) AS "isFree"`;
      if (!isFree) return 0;
      return transaction.$executeRaw`
        WITH clock AS (SELECT timezone('UTC', clock_timestamp()) AS now),
        busy AS (
          SELECT "endpointId", count(*) AS attempts FROM "WebhookDelivery", clock
          WHERE state = 'pending' AND "leasedUntil" > clock.now GROUP BY "endpointId"
        ),
        tenant_busy AS (
          SELECT tenant, sum(attempts) AS attempts FROM busy JOIN "WebhookEndpoint" ON id = "endpointId" GROUP BY tenant
        ),
        due AS (
          SELECT endpoint.id AS "endpointId", endpoint.tenant, first."eventId", first."nextAttemptAt",
            coalesce(tenant_busy.attempts, 0) + row_number() OVER (
              PARTITION BY endpoint.tenant ORDER BY coalesce(busy.attempts, 0) + first.place, first."nextAttemptAt"
            ) AS turn
          FROM clock, "WebhookEndpoint" endpoint
          LEFT JOIN busy ON busy."endpointId" = endpoint.id
          LEFT JOIN tenant_busy ON tenant_busy.tenant = endpoint.tenant
          CROSS JOIN LATERAL (
            SELECT one."eventId", one."nextAttemptAt", row_number() OVER (ORDER BY one."nextAttemptAt", one.sequence) AS place
            FROM "WebhookDelivery" one
            WHERE one."endpointId" = endpoint.id AND one.state = 'pending' AND one."nextAttemptAt" <= clock.now
              AND (one."leasedUntil" IS NULL OR one."leasedUntil" <= clock.now)
              AND NOT EXISTS (
                SELECT FROM "WebhookDelivery" earlier
                WHERE earlier."endpointId" = one."endpointId" AND earlier.state = 'pending'
                  AND earlier.subject = one.subject AND earlier.sequence < one.sequence
              )
            ORDER BY one."nextAttemptAt", one.sequence
            LIMIT greatest(0, ${PER_ENDPOINT} - coalesce(busy.attempts, 0))
          ) first
          WHERE endpoint."disabledAt" IS NULL
        ),
        chosen AS (
          SELECT "endpointId", "eventId" FROM due WHERE turn <= ${PER_TENANT} ORDER BY turn, "nextAttemptAt" LIMIT ${most}
        )
        UPDATE "WebhookDelivery" delivery
        SET lease = ${lease}::uuid, "leasedUntil" = clock.now + make_interval(secs => ${leaseSeconds})
        FROM chosen, clock
        WHERE delivery."endpointId" = chosen."endpointId" AND delivery."eventId" = chosen."eventId"`;
    });
    if (taken === 0) return [];
    return (await this.database.webhookDelivery.findMany({
      where: { lease },
      include: { endpoint: true },
    })) as Claimed[];
  }

  /** Notes what came of an attempt. What another gateway has taken over meanwhile, because this one was slow, is its own. */
  async settle(claimed: Claimed, outcome: Outcome): Promise<void> {
    const { endpointId, eventId, lease, endpoint } = claimed;
    const isGone = outcome.status === 410;
    await this.database.$transaction(async (transaction) => {
      const now = new Date();
      const at = new Date(now.getTime() - outcome.seconds * 1000);
      const first = await transaction.webhookAttempt.findFirst({
        where: { endpointId, eventId, at: { gte: claimed.wantedAt } },
        orderBy: { number: 'asc' },
      });
      const { count } = await transaction.webhookDelivery.updateMany({
        where: { endpointId, eventId, lease },
        data: {
          ...this.after(claimed, outcome, { triedAt: first?.at ?? at, now }),
          attempts: { increment: 1 },
          lease: null,
          leasedUntil: null,
        },
      });
      if (count === 0) return;
      const { attempts } = await transaction.webhookDelivery.findUniqueOrThrow({
        where: { endpointId_eventId: { endpointId, eventId } },
      });
      await transaction.webhookAttempt.create({ data: { endpointId, eventId, number: attempts, at, ...outcome } });
      if (outcome.error === null) {
        if (!endpoint.failingSince) return;
        await transaction.webhookEndpoint.updateMany({ where: { id: endpointId }, data: { failingSince: null } });
        return;
      }
      const where = { id: endpointId, disabledAt: null };
      await transaction.webhookEndpoint.updateMany({
        where: { ...where, failingSince: null },
        data: { failingSince: now },
      });
      const failing = { failingSince: { lt: new Date(now.getTime() - this.config.WEBHOOK_DISABLE_HOURS * 3_600_000) } };
      await transaction.webhookEndpoint.updateMany({
        where: { ...where, ...(isGone ? {} : failing) },
        data: { disabledAt: now, disabledReason: isGone ? 'gone' : 'failing' },
      });
    });
  }

  /** What the outcome makes of the delivery. */
  private after(claimed: Claimed, { error, status }: Outcome, { triedAt, now }: { triedAt: Date; now: Date }) {
    if (error === null) return { state: 'delivered', endedAt: now };
    const nextAttemptAt = retryTime({ triedAt, now, firstPauseMs: this.config.WEBHOOK_RETRY_SECONDS * 1000 });
    const giveUpAt = claimed.wantedAt.getTime() + this.config.WEBHOOK_GIVE_UP_HOURS * 3_600_000;
    const isOver = isTest(claimed) || status === 410 || nextAttemptAt.getTime() > giveUpAt;
    return isOver ? { state: 'failed', endedAt: now } : { nextAttemptAt };
  }

  /** Gives up what is too old, as that of disabled endpoints, and removes what ended long ago. */
  async sweep(): Promise<void> {
    const before = (ms: number) => new Date(Date.now() - ms);
    const { WEBHOOK_GIVE_UP_HOURS, WEBHOOK_LOG_DAYS } = this.config;
    await this.database.webhookDelivery.updateMany({
      where: {
        state: 'pending',
        wantedAt: { lt: before(WEBHOOK_GIVE_UP_HOURS * 3_600_000) },
        endpoint: { disabledAt: { not: null } },
      },
      data: { state: 'failed', endedAt: new Date() },
    });
    const endedAt = { lt: before(WEBHOOK_LOG_DAYS * 86_400_000) };
    await this.database.webhookDelivery.deleteMany({ where: { state: { not: 'pending' }, endedAt } });
  }
}

/** Why an attempt counts as failed, in words that tell nothing about the network of this server. */
export function failureOf(error: unknown): string {
  if (error instanceof CodedError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}

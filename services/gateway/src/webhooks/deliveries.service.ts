import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CodedError, WEBHOOK_TEST, type AnswerOf, type WebhookDeliveryState } from '@propago/contracts';
import { Database, type WebhookDelivery, type WebhookEndpoint } from '@propago/database';
import type { Caller } from '../access/caller';
import { UUID } from '../http/paging';
import { eventOf } from './event-body';
import { WebhooksService } from './webhooks.service';

/** Attempts of a delivery that are shown. */
const SHOWN_ATTEMPTS = 50;
const SEQUENCE = /^\d{1,18}$/;

/** What an endpoint was told, or is to be told. */
@Injectable()
export class DeliveriesService {
  constructor(
    private readonly database: Database,
    private readonly webhooks: WebhooksService,
  ) {}

  /** Newest first. @throws CodedError WEBHOOK_NOT_FOUND, REQUEST_INVALID for a cursor that is none */
  async list(
    id: string,
    caller: Caller,
    { limit, cursor, state }: { limit: number; cursor?: string; state?: WebhookDeliveryState },
  ): Promise<AnswerOf<'WebhookDeliveryPage'>> {
    const { id: endpointId } = await this.webhooks.find(id, caller);
    if (cursor !== undefined && !SEQUENCE.test(cursor)) {
      throw new CodedError('REQUEST_INVALID', 'Expected cursor to be `next` of the page before.');
    }
    const rows = await this.database.webhookDelivery.findMany({
      where: { endpointId, state, ...(cursor === undefined ? {} : { sequence: { lt: BigInt(cursor) } }) },
      orderBy: { sequence: 'desc' },
      take: limit + 1,
    });
    const items = rows.slice(0, limit);
    return { items: items.map(viewOf), next: rows.length > limit ? String(items.at(-1)!.sequence) : null };
  }

  /** With what was sent, and what came of each attempt. @throws CodedError WEBHOOK_NOT_FOUND, WEBHOOK_DELIVERY_NOT_FOUND */
  async get(id: string, eventId: string, caller: Caller): Promise<AnswerOf<'WebhookDeliveryLog'>> {
    const delivery = await this.find(await this.webhooks.find(id, caller), eventId);
    const log = await this.database.webhookAttempt.findMany({
      where: { endpointId: id, eventId },
      orderBy: { number: 'desc' },
      take: SHOWN_ATTEMPTS,
    });
    return {
      ...viewOf(delivery),
      body: eventOf(delivery),
      log: log.map(({ number, at, seconds, status, error, answer }) => {
        return { number, at: at.toISOString(), seconds, status, error, answer };
      }),
    };
  }

  /** An event that says nothing but that events arrive. @throws CodedError WEBHOOK_NOT_FOUND, WEBHOOK_DISABLED */
  async test(id: string, caller: Caller): Promise<AnswerOf<'WebhookDelivery'>> {
    const endpoint = await this.enabled(id, caller);
    const eventId = randomUUID();
    const data = { webhookId: endpoint.id, tenant: endpoint.tenant };
    const row = { endpointId: endpoint.id, eventId, type: WEBHOOK_TEST, subject: eventId, data };
    return viewOf(await this.database.webhookDelivery.create({ data: row }));
  }

  /**
   * Has an event sent again, now and as long as a new one would be; one that is pending is tried now.
   * @throws CodedError WEBHOOK_NOT_FOUND, WEBHOOK_DELIVERY_NOT_FOUND, WEBHOOK_DISABLED
   */
  async redeliver(id: string, eventId: string, caller: Caller): Promise<AnswerOf<'WebhookDelivery'>> {
    await this.find(await this.webhooks.find(id, caller), eventId);
    const { id: endpointId } = await this.enabled(id, caller);
    const now = new Date();
    const [changed] = await this.database.webhookDelivery.updateManyAndReturn({
      where: { endpointId, eventId },
      data: { state: 'pending', wantedAt: now, nextAttemptAt: now, endedAt: null },
    });
    if (!changed) throw notFound(id, eventId);
    return viewOf(changed);
  }

  private async enabled(id: string, caller: Caller): Promise<WebhookEndpoint> {
    const endpoint = await this.webhooks.find(id, caller);
    if (!endpoint.disabledAt) return endpoint;
    throw new CodedError(
      'WEBHOOK_DISABLED',
      `Webhook ${id} is disabled (${endpoint.disabledReason}); enable it first.`,
    );
  }

  private async find({ id: endpointId }: WebhookEndpoint, eventId: string): Promise<WebhookDelivery> {
    const found = UUID.test(eventId)
      ? await this.database.webhookDelivery.findUnique({ where: { endpointId_eventId: { endpointId, eventId } } })
      : null;
    if (!found) throw notFound(endpointId, eventId);
    return found;
  }
}

function notFound(id: string, eventId: string): CodedError {
  return new CodedError(
    'WEBHOOK_DELIVERY_NOT_FOUND',
    `Webhook ${id} has no delivery ${eventId}; old ones are removed.`,
  );
}

function viewOf(row: WebhookDelivery): AnswerOf<'WebhookDelivery'> {
  const { eventId, type, state, attempts, createdAt, nextAttemptAt, endedAt } = row;
  return {
    id: eventId,
    type: type as AnswerOf<'WebhookDelivery'>['type'],
    state: state as WebhookDeliveryState,
    attempts,
    createdAt: createdAt.toISOString(),
    nextAttemptAt: state === 'pending' ? nextAttemptAt.toISOString() : null,
    endedAt: endedAt?.toISOString() ?? null,
  };
}

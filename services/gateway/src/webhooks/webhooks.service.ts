import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CodedError, type AnswerOf, type WebhookDisabledReason } from '@propago/contracts';
import { Database, lockTenant, type WebhookEndpoint } from '@propago/database';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import type { Caller } from '../access/caller';
import { UUID } from '../http/paging';
import { AllowedAddresses } from './allowed-addresses';
import { newSeed, secretOf } from './signatures';
import type { NewWebhookRequest, WebhookChange } from './webhook-request';

/** Where a tenant wants to be told what happens. */
@Injectable()
export class WebhooksService {
  private readonly addresses: AllowedAddresses;

  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    private readonly database: Database,
  ) {
    this.addresses = new AllowedAddresses(config.WEBHOOKS_ALLOW);
  }

  /** @throws CodedError WEBHOOK_URL_FORBIDDEN, WEBHOOKS_TOO_MANY */
  async create({ url, events, description }: NewWebhookRequest, { tenant }: Caller): Promise<AnswerOf<'NewWebhook'>> {
    this.addresses.assertUrl(new URL(url));
    const most = this.config.MAX_WEBHOOKS;
    const created = await this.database.$transaction(async (transaction) => {
      await lockTenant(transaction, tenant);
      if ((await transaction.webhookEndpoint.count({ where: { tenant } })) >= most) {
        throw new CodedError('WEBHOOKS_TOO_MANY', `The tenant may have ${most} webhooks; remove one first.`);
      }
      const data = { id: randomUUID(), tenant, url, events, description, seed: newSeed() };
      return transaction.webhookEndpoint.create({ data });
    });
    return this.withSecret(created);
  }

  /** Newest first. */
  async list({ tenant }: Caller): Promise<AnswerOf<'WebhookList'>> {
    const orderBy = [{ createdAt: 'desc' }, { id: 'desc' }] as const;
    const rows = await this.database.webhookEndpoint.findMany({ where: { tenant }, orderBy: [...orderBy] });
    return { items: rows.map(viewOf) };
  }

  /** @throws CodedError WEBHOOK_NOT_FOUND */
  async get(id: string, caller: Caller): Promise<AnswerOf<'Webhook'>> {
    return viewOf(await this.find(id, caller));
  }

  /** @throws CodedError WEBHOOK_NOT_FOUND, WEBHOOK_URL_FORBIDDEN */
  async change(id: string, { enabled, ...change }: WebhookChange, caller: Caller): Promise<AnswerOf<'Webhook'>> {
    const found = await this.find(id, caller);
    if (change.url !== undefined) this.addresses.assertUrl(new URL(change.url));
    const data = { ...change, ...(enabled === undefined ? {} : stateOf(found, enabled)) };
    const [changed] = await this.database.webhookEndpoint.updateManyAndReturn({ where: { id }, data });
    if (!changed) throw notFound(id);
    return viewOf(changed);
  }

  /** @throws CodedError WEBHOOK_NOT_FOUND */
  async remove(id: string, caller: Caller): Promise<void> {
    await this.find(id, caller);
    await this.database.webhookEndpoint.deleteMany({ where: { id } });
  }

  /** A new secret; for the given time events are signed with the present one too. @throws CodedError WEBHOOK_NOT_FOUND */
  async rotate(id: string, graceSeconds: number, caller: Caller): Promise<AnswerOf<'NewWebhook'>> {
    const { seed: previousSeed } = await this.find(id, caller);
    const previousUntil = new Date(Date.now() + graceSeconds * 1000);
    const grace = graceSeconds === 0 ? { previousSeed: null, previousUntil: null } : { previousSeed, previousUntil };
    const [changed] = await this.database.webhookEndpoint.updateManyAndReturn({
      // Of two rotations at once one counts, or the secret of one of them would never have been valid.
      where: { id, seed: previousSeed },
      data: { seed: newSeed(), ...grace },
    });
    if (!changed) return this.rotate(id, graceSeconds, caller);
    return this.withSecret(changed);
  }

  /** @throws CodedError WEBHOOK_NOT_FOUND */
  async find(id: string, { tenant }: Caller): Promise<WebhookEndpoint> {
    const found = UUID.test(id) ? await this.database.webhookEndpoint.findFirst({ where: { id, tenant } }) : null;
    if (!found) throw notFound(id);
    return found;
  }

  private withSecret(row: WebhookEndpoint): AnswerOf<'NewWebhook'> {
    return { ...viewOf(row), secret: secretOf(row.seed, this.config.KEY_SECRET) };
  }
}

/** What saying that a webhook is enabled, or not, changes of it: one that is so already stays as it is. */
function stateOf({ disabledAt }: WebhookEndpoint, enabled: boolean) {
  if (enabled) return { disabledAt: null, disabledReason: null, failingSince: null };
  return disabledAt ? {} : { disabledAt: new Date(), disabledReason: 'user' };
}

function notFound(id: string): CodedError {
  return new CodedError('WEBHOOK_NOT_FOUND', `There is no webhook ${id}.`);
}

function viewOf(row: WebhookEndpoint): AnswerOf<'Webhook'> {
  const { id, url, description, events, disabledAt, disabledReason, failingSince, previousUntil, createdAt } = row;
  const isRotating = previousUntil !== null && previousUntil.getTime() > Date.now();
  return {
    id,
    url,
    description,
    events,
    enabled: disabledAt === null,
    disabledReason: disabledReason as WebhookDisabledReason | null,
    disabledAt: disabledAt?.toISOString() ?? null,
    failingSince: failingSince?.toISOString() ?? null,
    previousSecretUntil: isRotating ? previousUntil.toISOString() : null,
    createdAt: createdAt.toISOString(),
  };
}

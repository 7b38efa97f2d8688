import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { CodedError, type AnswerOf } from '@propago/contracts';
import { Database, type ApiKey } from '@propago/database';
import { CONFIG, LOGGER, type ConfigOf, type Logger } from '@propago/runtime';
import { cursorOf, olderThan, UUID, type PlaceInList } from '../http/paging';
import type { Caller, Scope } from './caller';
import { digestOf, prefixOf, sameDigest } from './key-format';
import { issueKey, type NewKey } from './new-key';
import { unauthorised } from '../http/refusal';
import { requireOwnSecret, validKeyIds } from './require-own-secret';

/** How exactly it is known when a key was last used. */
const USE_NOTED_EVERY_MS = 60_000;

/**
 * The API keys. Every request looks its key up, so that a revoked one is refused by all gateways from that moment:
 * the look is one row by a unique index.
 */
@Injectable()
export class KeysService implements OnModuleInit {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly database: Database,
  ) {}

  /** @throws Error when the configured secret is not the one that the keys were made with */
  async onModuleInit(): Promise<void> {
    const { ACCESS, KEY_SECRET } = this.config;
    if (ACCESS === 'off' || KEY_SECRET === undefined) return;
    // A gateway starts also while Postgres is away, and is not ready until it is back.
    const ids = await validKeyIds(this.database).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'keys not held against KEY_SECRET');
    });
    if (ids) requireOwnSecret(ids, KEY_SECRET);
  }

  /** @throws CodedError KEY_INVALID, KEY_EXPIRED, KEY_REVOKED */
  async authenticate(key: string): Promise<Caller> {
    const prefix = prefixOf(key);
    const row = prefix === undefined ? null : await this.database.apiKey.findUnique({ where: { prefix } });
    if (!row || !sameDigest(row.hash, digestOf(key, this.secret)))
      throw unauthorised('KEY_INVALID', 'The key is not known.');
    return this.callerOf(row);
  }

  /** Who a key of this id is, for a session of it. @throws CodedError KEY_EXPIRED, KEY_REVOKED */
  async callerWith(keyId: string): Promise<Caller> {
    return this.callerOf(await this.find(keyId));
  }

  private callerOf(row: ApiKey): Caller {
    assertValid(row);
    this.noteUse(row);
    const { id, tenant, name, scopes } = row;
    return { tenant, keyId: id, sessionId: null, name, scopes: scopes as Scope[], limits: this.limitsOf(row) };
  }

  /** For requests that last. @throws CodedError KEY_EXPIRED, KEY_REVOKED */
  async assertStillValid({ keyId }: Caller): Promise<void> {
    if (keyId !== null) assertValid(await this.find(keyId));
  }

  /** @returns the key itself, which nobody can ask for again, and what is known of it */
  async create(given: NewKey, by: Caller): Promise<AnswerOf<'NewKey'>> {
    const { key, row } = issueKey(given, this.secret);
    const created = await this.database.apiKey.create({ data: row });
    const { prefix, tenant, scopes } = row;
    this.logger.info({ key: prefix, tenant, scopes, by: by.name }, 'key created');
    return { key, ...viewOf(created) };
  }

  /**
   * A new key in place of another one, which still works for the given time.
   * @throws CodedError KEY_NOT_FOUND, KEY_EXPIRED or KEY_REVOKED
   */
  async rotate(id: string, graceSeconds: number, by: Caller): Promise<AnswerOf<'NewKey'>> {
    const old = await this.find(id);
    assertValid(old);
    const { tenant, name, scopes, requestsPerMinute, maxActiveRuns, maxStoredBytes, expiresAt } = old;
    const settings = { tenant, name, scopes: scopes as Scope[], requestsPerMinute, maxActiveRuns, maxStoredBytes };
    const created = await this.create({ ...settings, expiresAt }, by);
    if (graceSeconds === 0) await this.revoke(id, by);
    else await this.expire(old, new Date(Date.now() + graceSeconds * 1000));
    return created;
  }

  /** A key that was revoked before stays as it was. @throws CodedError KEY_NOT_FOUND */
  async revoke(id: string, by: Caller): Promise<void> {
    const { prefix } = await this.find(id);
    await this.database.apiKey.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } });
    this.logger.info({ key: prefix, by: by.name }, 'key revoked');
  }

  /** @throws CodedError KEY_NOT_FOUND */
  async get(id: string): Promise<AnswerOf<'Key'>> {
    return viewOf(await this.find(id));
  }

  /** Newest first, of one tenant or of all. */
  async list(tenant: string | undefined, limit: number, after?: PlaceInList): Promise<AnswerOf<'KeyPage'>> {
    const rows = await this.database.apiKey.findMany({
      where: { tenant, ...olderThan(after) },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
    });
    const items = rows.slice(0, limit);
    return { items: items.map(viewOf), next: rows.length > limit ? cursorOf(items.at(-1)!) : null };
  }

  private async find(id: string): Promise<ApiKey> {
    const row = UUID.test(id) ? await this.database.apiKey.findUnique({ where: { id } }) : null;
    if (!row) throw new CodedError('KEY_NOT_FOUND', `There is no key ${id}.`);
    return row;
  }

  private async expire({ id, expiresAt }: ApiKey, at: Date): Promise<void> {
    if (!expiresAt || at < expiresAt) await this.database.apiKey.update({ where: { id }, data: { expiresAt: at } });
  }

  /** @throws CodedError REQUEST_INVALID where access control is off and there is none */
  private get secret(): string {
    const { KEY_SECRET } = this.config;
    if (KEY_SECRET === undefined) throw new CodedError('REQUEST_INVALID', 'This server has no KEY_SECRET for keys.');
    return KEY_SECRET;
  }

  private limitsOf({ requestsPerMinute, maxActiveRuns, maxStoredBytes }: ApiKey) {
    return {
      requestsPerMinute: requestsPerMinute ?? this.config.RATE_LIMIT_PER_MINUTE,
      maxActiveRuns: maxActiveRuns ?? this.config.MAX_ACTIVE_RUNS,
      maxStoredBytes: Number(maxStoredBytes ?? this.config.MAX_STORED_BYTES),
    };
  }

  private noteUse({ id, lastUsedAt }: ApiKey): void {
    if (lastUsedAt && Date.now() - lastUsedAt.getTime() < USE_NOTED_EVERY_MS) return;
    const noting = this.database.apiKey.updateMany({ where: { id }, data: { lastUsedAt: new Date() } });
    // No request waits for it, and none fails for it.
    noting.catch((error: unknown) => this.logger.warn({ err: error }, 'use of a key not noted'));
  }
}

/** @throws CodedError KEY_REVOKED, KEY_EXPIRED */
function assertValid({ revokedAt, expiresAt }: ApiKey): void {
  if (revokedAt) throw unauthorised('KEY_REVOKED', `The key was revoked at ${revokedAt.toISOString()}.`);
  if (expiresAt && expiresAt.getTime() <= Date.now()) {
    throw unauthorised('KEY_EXPIRED', `The key expired at ${expiresAt.toISOString()}.`);
  }
}

function viewOf(row: ApiKey): AnswerOf<'Key'> {
  const { id, prefix, tenant, name, scopes, requestsPerMinute, maxActiveRuns, maxStoredBytes } = row;
  const { createdAt, expiresAt, revokedAt, lastUsedAt } = row;
  const times = {
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
  const limits = {
    requestsPerMinute,
    maxActiveRuns,
    maxStoredBytes: maxStoredBytes === null ? null : Number(maxStoredBytes),
  };
  return { id, prefix, tenant, name, scopes, ...limits, ...times };
}

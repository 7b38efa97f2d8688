import { Inject, Injectable } from '@nestjs/common';
import { CodedError } from '@propago/contracts';
import { Database, type Session } from '@propago/database';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import { unauthorised } from '../http/refusal';
import type { Caller } from './caller';
import { digestOf, sameDigest } from './key-format';
import { KeysService } from './keys.service';
import { csrfTokenOf, newToken, sessionIdOf, tokenAfter } from './session-token';

/** A browser that is not used for so long is signed out. */
export const IDLE_SECONDS = 7 * 86_400;
/** And after so long in any case. */
const LONGEST_MS = 30 * 86_400_000;
const ROTATED_EVERY_MS = 3_600_000;
/** How long requests that were under way may still bring the token before. */
const PREVIOUS_COUNTS_MS = 60_000;

/** A session that a token opens. */
export interface OpenSession {
  caller: Caller;
  csrfToken: string;
  /** For the browser to keep in place of the one that it sent. */
  nextToken?: string;
}

/**
 * Browsers that are signed in. A session belongs to a key and may do what the key may, as long as the key is valid.
 *
 * Its token is replaced every hour. A new token counts from its first use, so that an answer that is lost on its way
 * signs nobody out; a token that comes back after it was replaced ends the session, because somebody has a copy.
 */
@Injectable()
export class SessionsService {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    private readonly database: Database,
    private readonly keys: KeysService,
  ) {}

  /** Signs in with an API key. @returns the token. @throws CodedError KEY_INVALID, KEY_EXPIRED, KEY_REVOKED */
  async start(key: string): Promise<string> {
    const { keyId } = await this.keys.authenticate(key);
    await this.database.session.deleteMany({ where: { expiresAt: { lt: new Date() } } });
    const token = newToken();
    const row = {
      id: sessionIdOf(token)!,
      keyId: keyId!,
      hash: this.digest(token),
      expiresAt: inSeconds(IDLE_SECONDS),
    };
    await this.database.session.create({ data: row });
    return token;
  }

  /** Signs in with a link, which works once. @returns the token. @throws CodedError LINK_INVALID */
  async follow(link: string): Promise<string> {
    const id = sessionIdOf(link);
    const token = newToken(id);
    const { count } = await this.database.session.updateMany({
      where: { id: id ?? NO_SESSION, isLink: true, hash: this.digest(link), expiresAt: { gt: new Date() } },
      data: { hash: this.digest(token), isLink: false, rotatedAt: new Date(), expiresAt: inSeconds(IDLE_SECONDS) },
    });
    if (count === 1) return token;
    throw unauthorised('LINK_INVALID', 'Sign in with an API key, or start the platform again for another link.');
  }

  /** @throws CodedError SESSION_ENDED, KEY_EXPIRED, KEY_REVOKED */
  async open(token: string): Promise<OpenSession> {
    const id = sessionIdOf(token);
    const row = await this.database.session.findUnique({ where: { id: id ?? NO_SESSION } });
    if (!row || row.isLink || row.expiresAt.getTime() <= Date.now()) throw ended();
    const caller = { ...(await this.keys.callerWith(row.keyId)), sessionId: row.id };
    const csrfToken = csrfTokenOf(row.id, this.secret);
    const digest = this.digest(token);
    if (sameDigest(digest, row.hash)) {
      const nextToken =
        Date.now() - row.rotatedAt.getTime() > ROTATED_EVERY_MS ? await this.offer(row, token) : undefined;
      return { caller, csrfToken, nextToken };
    }
    if (row.nextHash !== null && sameDigest(digest, row.nextHash)) await this.rotate(row);
    else if (row.previousHash !== null && sameDigest(digest, row.previousHash)) await this.assertUnderWay(row);
    else throw ended();
    return { caller, csrfToken };
  }

  /** For requests that last. @throws CodedError KEY_EXPIRED, KEY_REVOKED, SESSION_ENDED */
  async assertStillValid(caller: Caller): Promise<void> {
    await this.keys.assertStillValid(caller);
    if (caller.sessionId === null) return;
    const isOpen = { id: caller.sessionId, expiresAt: { gt: new Date() } };
    if ((await this.database.session.count({ where: isOpen })) === 0) throw ended();
  }

  /** Signs out; the token is worth nothing from now on. */
  async end(sessionId: string): Promise<void> {
    await this.database.session.deleteMany({ where: { id: sessionId } });
  }

  private async offer({ id, hash }: Session, token: string): Promise<string> {
    const next = tokenAfter(token, this.secret);
    await this.database.session.updateMany({ where: { id, hash }, data: { nextHash: this.digest(next) } });
    return next;
  }

  private async rotate({ id, hash, nextHash, createdAt }: Session): Promise<void> {
    const expiresAt = new Date(Math.min(Date.now() + IDLE_SECONDS * 1000, createdAt.getTime() + LONGEST_MS));
    const previousUntil = new Date(Date.now() + PREVIOUS_COUNTS_MS);
    const rotated = {
      hash: nextHash!,
      nextHash: null,
      previousHash: hash,
      previousUntil,
      rotatedAt: new Date(),
      expiresAt,
    };
    // Of two requests that bring it first, one finds it done.
    await this.database.session.updateMany({ where: { id, hash, nextHash }, data: rotated });
  }

  private async assertUnderWay({ id, previousUntil }: Session): Promise<void> {
    if (previousUntil!.getTime() > Date.now()) return;
    await this.end(id);
    throw ended();
  }

  private digest(token: string): string {
    return digestOf(token, this.secret);
  }

  private get secret(): string {
    if (this.config.KEY_SECRET === undefined)
      throw new CodedError('REQUEST_INVALID', 'This server has no access control: nobody signs in.');
    return this.config.KEY_SECRET;
  }
}

const NO_SESSION = '00000000-0000-0000-0000-000000000000';

const inSeconds = (seconds: number): Date => new Date(Date.now() + seconds * 1000);
const ended = () => unauthorised('SESSION_ENDED', 'Sign in again.');

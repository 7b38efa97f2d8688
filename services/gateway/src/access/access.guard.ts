import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CodedError } from '@propago/contracts';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import { ANYBODY, setCaller, type Caller } from './caller';
import { bearerOf } from './key-format';
import { KeysService } from './keys.service';
import { RateLimitService } from './rate-limit.service';
import { scopeMissing, tooMuch, unauthorised } from '../http/refusal';
import { assertCsrfToken, mayChange } from './csrf';
import { accessOf } from './route-access';
import { assertSameOrigin } from './same-origin';
import { sessionTokenIn, setSessionToken } from './session-cookie';
import { IDLE_SECONDS, SessionsService } from './sessions.service';

/** A page asks for a picture of each frame that somebody looks at, so it may send so many times more than a program. */
const REQUESTS_OF_A_PAGE = 10;

/** Finds out who sent a request, whether that key may send it, and how many it has sent. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly refusals: Counter<'code'>;

  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    private readonly keys: KeysService,
    private readonly sessions: SessionsService,
    private readonly limits: RateLimitService,
    registry: Registry,
  ) {
    this.refusals = new Counter({
      name: 'propago_access_refusals_total',
      help: 'Requests refused because of their API key, by error code.',
      labelNames: ['code'],
      registers: [registry],
    });
  }

  /** @throws CodedError KEY_*, SESSION_ENDED, CSRF_INVALID, ORIGIN_FORBIDDEN, SCOPE_MISSING, RATE_LIMITED */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const access = accessOf(context.getClass(), context.getHandler());
    // A route that the start-up check did not see is closed.
    if (access === undefined) return false;
    if (access === 'public') return true;
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    try {
      const caller = await this.callerOf(request, http.getResponse<FastifyReply>());
      if (!caller.scopes.includes(access)) throw scopeMissing(access);
      setCaller(request, caller);
      return true;
    } catch (error) {
      if (error instanceof CodedError) this.refusals.inc({ code: error.code });
      throw error;
    }
  }

  private async callerOf(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    if (this.config.ACCESS === 'off') return ANYBODY;
    const key = bearerOf(request.headers.authorization);
    const caller = key === undefined ? await this.signedIn(request, reply) : await this.keys.authenticate(key);
    await this.countRequest(caller, reply);
    return caller;
  }

  /** Whose session the cookie is. @throws CodedError KEY_MISSING where there is none */
  private async signedIn(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    const token = sessionTokenIn(request);
    if (token === undefined) throw unauthorised('KEY_MISSING', 'Expected the header Authorization: Bearer <API key>.');
    assertSameOrigin(request);
    const { caller, csrfToken, nextToken } = await this.sessions.open(token);
    if (mayChange(request)) assertCsrfToken(request, csrfToken);
    if (nextToken !== undefined) setSessionToken(request, reply, nextToken, IDLE_SECONDS);
    return caller;
  }

  private async countRequest({ keyId, sessionId, limits }: Caller, reply: FastifyReply): Promise<void> {
    if (keyId === null || !limits) return;
    const [counted, most] =
      sessionId === null
        ? [keyId, limits.requestsPerMinute]
        : [`page-${keyId}`, limits.requestsPerMinute * REQUESTS_OF_A_PAGE];
    const { headers, isExceeded, seconds } = await this.limits.count(counted, most);
    void reply.headers(headers);
    if (isExceeded) throw tooMuch('RATE_LIMITED', `The key may send ${most} requests a minute.`, seconds);
  }
}

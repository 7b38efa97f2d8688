import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import { ANYBODY, setCaller, type Caller } from './caller';
import { bearerOf } from './key-format';
import { KeysService } from './keys.service';
import { RateLimitService } from './rate-limit.service';
import { Refusal, scopeMissing, tooMuch, unauthorised } from '../http/refusal';
import { accessOf } from './route-access';

/** Finds out who sent a request, whether that key may send it, and how many it has sent. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly refusals: Counter<'code'>;

  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    private readonly keys: KeysService,
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

  /** @throws CodedError KEY_*, SCOPE_MISSING, RATE_LIMITED */
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
      if (error instanceof Refusal) this.refusals.inc({ code: error.code });
      throw error;
    }
  }

  private async callerOf(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    if (this.config.ACCESS === 'off') return ANYBODY;
    const key = bearerOf(request.headers.authorization);
    if (key === undefined) throw unauthorised('KEY_MISSING', 'Expected the header Authorization: Bearer <API key>.');
    const caller = await this.keys.authenticate(key);
    if (caller.keyId !== null && caller.limits) {
      const { requestsPerMinute } = caller.limits;
      const { headers, isExceeded, seconds } = await this.limits.count(caller.keyId, requestsPerMinute);
      void reply.headers(headers);
      if (isExceeded) {
        throw tooMuch('RATE_LIMITED', `The key may send ${requestsPerMinute} requests a minute.`, seconds);
      }
    }
    return caller;
  }
}

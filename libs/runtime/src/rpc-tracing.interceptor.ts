import { CallHandler, ExecutionContext, Injectable, NestInterceptor } from '@nestjs/common';
import type { NatsContext } from '@nestjs/microservices';
import type { MsgHdrs } from 'nats';
import { firstValueFrom, from, Observable } from 'rxjs';
import { inSpan } from '@propago/tracing';

/** Answers to questions and reactions to news continue the trace of whoever sent them. */
@Injectable()
export class RpcTracingInterceptor implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (execution.getType() !== 'rpc') return next.handle();
    const message = execution.switchToRpc().getContext<NatsContext>();
    const parent = (message.getHeaders() as MsgHdrs | undefined)?.get('traceparent') || undefined;
    if (!parent) return next.handle();
    const answer = () => firstValueFrom(next.handle(), { defaultValue: undefined });
    return from(inSpan(message.getSubject(), { parent, kind: 'consumer' }, answer));
  }
}

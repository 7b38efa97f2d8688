import {
  context,
  isSpanContextValid,
  propagation,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  SpanKind,
} from '@opentelemetry/api';

const TRACER = 'propago';

/** What a span is. */
export interface SpanOptions {
  /** W3C `traceparent` of the cause; absent or unreadable, the active span is the parent. */
  parent?: string;
  kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  attributes?: Attributes;
}

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/** The active span as a W3C `traceparent` header; undefined where there is none. */
export function currentTraceparent(): string | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

/** Ids of the active span, for log lines; empty where there is none. */
export function traceIds(): { trace_id?: string; span_id?: string } {
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

/**
 * Does the work in the trace of a run: inside the active span where that belongs to it already, else below the run's
 * request. Work that several runs share belongs to the trace of whoever asked first; each run's own returns to its own.
 * @param traceparent the run's; null where its request was not traced
 */
export function inTraceOf<T>(traceparent: string | null, work: () => T): T {
  const active = currentTraceparent();
  if (!traceparent || (active && traceIdOf(active) === traceIdOf(traceparent))) return work();
  return context.with(parentContext(traceparent), work);
}

/** Does the work inside a span, which ends with it and records its failure. Without a tracer it only does the work. */
export async function inSpan<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
  const { parent, kind = 'internal', attributes } = options;
  const cause = parentContext(parent);
  const span = trace.getTracer(TRACER).startSpan(name, { kind: KINDS[kind], attributes }, cause);
  try {
    return await context.with(trace.setSpan(cause, span), work);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    span.recordException(error instanceof Error ? error : message);
    span.setStatus({ code: SpanStatusCode.ERROR, message });
    throw error;
  } finally {
    span.end();
  }
}

function parentContext(traceparent: string | undefined): Context {
  return traceparent ? propagation.extract(context.active(), { traceparent }) : context.active();
}

/** Second field of `version-traceid-spanid-flags`. */
function traceIdOf(traceparent: string): string | undefined {
  return traceparent.split('-')[1];
}

import { context, propagation, SpanKind, trace, type Span } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node';
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_SERVICE_NAME,
} from '@opentelemetry/semantic-conventions';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServiceConfig } from './config';

const UNTRACED = /^\/(v2\/health|metrics|docs)/;

/**
 * Registers the tracer of this process. Spans always exist, so that every log line has its trace id; they leave the
 * process only where an OTLP endpoint is configured.
 * @returns what sends the last spans and ends it
 */
export function startTracing(service: string, config: ServiceConfig): () => Promise<void> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio } = config;
  const url = endpoint && `${endpoint.replace(/\/$/, '')}/v1/traces`;
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: `propago-${service}` }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: url ? [new BatchSpanProcessor(new OTLPTraceExporter({ url }))] : [],
  });
  provider.register();
  // A collector that is away must not fail a shutdown.
  return () => provider.shutdown().catch(() => {});
}

const spans = new WeakMap<FastifyRequest, Span>();

/** Ids of the span of a request, for its log line; empty where it is not traced. */
export function traceOf(request: FastifyRequest): { trace_id?: string; span_id?: string } {
  const span = spans.get(request)?.spanContext();
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

/** A server span per request, the parent of everything that its handler does; health and metrics are left out. */
export function traceRequests(http: FastifyInstance): void {
  http.addHook('onRequest', (request, _reply, done) => {
    if (UNTRACED.test(request.url)) return done();
    const { method, headers } = request;
    const route = request.routeOptions.url ?? 'unknown';
    const attributes = { [ATTR_HTTP_REQUEST_METHOD]: method, [ATTR_HTTP_ROUTE]: route };
    const cause = propagation.extract(context.active(), headers);
    const span = trace.getTracer('http').startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, cause);
    spans.set(request, span);
    context.with(trace.setSpan(cause, span), done);
  });
  http.addHook('onResponse', (request, reply, done) => {
    spans.get(request)?.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, reply.statusCode).end();
    done();
  });
}

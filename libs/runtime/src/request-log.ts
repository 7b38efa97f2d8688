import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { traceOf } from './tracing';

/** Asked every few seconds by machines: a log of them would hide everything else. */
const UNLOGGED = /^\/(v2\/health|metrics)(\/|\?|$)/;
/** Characters of an address that are worth keeping. */
const MAX_URL = 300;

/** What a log line says of a request besides what every request has, such as whose it was. */
export type RequestFacts = (request: FastifyRequest) => object;

/** One short line per request when its answer is sent. Headers, and so keys, are never part of it. */
export function logRequests(http: FastifyInstance, logger: Logger, facts: RequestFacts = () => ({})): void {
  http.addHook('onResponse', (request, reply, done) => {
    const { method, url } = request;
    if (!UNLOGGED.test(url)) {
      const runId = runOf(request, reply.getHeader('location'));
      const ms = Math.round(reply.elapsedTime);
      const line = { method, url: url.slice(0, MAX_URL), status: reply.statusCode, ms, ...(runId && { runId }) };
      logger.info({ ...line, ...facts(request), ...traceOf(request) }, 'request');
    }
    done();
  });
}

/** The run that a request is about, or that it has made. */
function runOf({ routeOptions, params }: FastifyRequest, location: unknown): string | undefined {
  const [, created] = /^\/v1\/runs\/([^/]+)$/.exec(String(location)) ?? [];
  return created ?? (routeOptions.url?.startsWith('/v1/runs/:id') ? (params as { id: string }).id : undefined);
}

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Histogram, type Registry } from 'prom-client';

/** Asked all the time by machines that no answer matters to as it does to users: they would hide the users' errors. */
export const OF_MACHINES = /^\/(metrics|v2\/health)(\/|$)/;

/** Counts and times answers to users by route, never by address: the number of series stays that of the routes. */
export function measureRequests(app: NestFastifyApplication, registry: Registry): void {
  const seconds = new Histogram({
    name: 'propago_http_request_seconds',
    help: 'Time until the last byte of an answer was sent, by method, route and status; without health and metrics.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300],
    registers: [registry],
  });
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onResponse', async ({ method, routeOptions }, reply) => {
      if (OF_MACHINES.test(routeOptions.url ?? '')) return;
      const labels = { method, route: routeOptions.url ?? 'none', status: reply.statusCode };
      seconds.observe(labels, reply.elapsedTime / 1000);
    });
}

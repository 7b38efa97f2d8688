import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import fastify from 'fastify';
import { Registry } from 'prom-client';
import { measureRequests } from './http-metrics';

it('measures what users ask for by route, and neither probes nor scrapes', async () => {
  const server = fastify();
  const registry = new Registry();
  const app = { getHttpAdapter: () => ({ getInstance: () => server }) };
  measureRequests(app as unknown as NestFastifyApplication, registry);
  const routes = ['/metrics', '/v2/health/live', '/v2/health/ready', '/v2/models/:name/ready', '/v1/runs/:id'];
  for (const route of routes) server.get(route, async () => 'ok');
  for (const route of [...routes, '/nothing']) await server.inject(route.replace(/:\w+/, 'a'));
  const { values } = (await registry.getMetricsAsJSON())[0]! as { values: { labels: { route?: string } }[] };
  const measured = new Set(values.map(({ labels }) => labels.route));
  expect(measured).toEqual(new Set(['/v2/models/:name/ready', '/v1/runs/:id', 'none']));
  await server.close();
});

import { createServer } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CodedError } from '@propago/contracts';
import { closeInTime, type ConfigOf } from '@propago/runtime';
import { answerClientError, answerExpectations } from '../http/client-errors';
import { ADMIN_PATH } from './route-access';

const KEEP_ALIVE_MS = 72_000;

type AdminConfig = Pick<ConfigOf<'gateway'>, 'ADMIN_API' | 'ADMIN_PORT' | 'HOST' | 'SHUTDOWN_SECONDS'>;

/** @param route path of a route; undefined where none was found */
export function isRouteHere(
  { ADMIN_API, ADMIN_PORT }: Pick<AdminConfig, 'ADMIN_API' | 'ADMIN_PORT'>,
  route: string | undefined,
  port: number | undefined,
): boolean {
  const isAdminRoute = route?.startsWith(`/${ADMIN_PATH}/`) ?? false;
  const isAdminPort = ADMIN_PORT !== 0 && port === ADMIN_PORT;
  return isAdminRoute ? ADMIN_API === 'on' && (ADMIN_PORT === 0 || isAdminPort) : !isAdminPort;
}

/**
 * Lets the admin routes be there only where they should be: nowhere while ADMIN_API is off, and with an ADMIN_PORT at
 * that port only, where nothing else is. Elsewhere they are like any address with nothing at it.
 * Must be called before the first route is registered.
 */
export function placeAdminRoutes(app: NestFastifyApplication, config: AdminConfig, silenceLimitMs: number): void {
  const { ADMIN_PORT, HOST, SHUTDOWN_SECONDS } = config;
  const fastify = app.getHttpAdapter().getInstance();
  // By the route that was found and not by the address, which can be written in many ways.
  fastify.addHook('onRequest', async ({ method, url, socket, routeOptions }) => {
    if (!isRouteHere(config, routeOptions.url, socket.localPort))
      throw new CodedError('ROUTE_NOT_FOUND', `${method} ${url}`);
  });
  if (ADMIN_PORT === 0) return;

  const server = createServer({ requireHostHeader: false }, (request, response) => fastify.routing(request, response));
  // As the framework sets its own server: an upload may take longer than Node's limit for a request.
  server.requestTimeout = 0;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.timeout = silenceLimitMs;
  server.on('clientError', answerClientError);
  answerExpectations(server);
  // A port that is taken makes the process refuse to start, as that of the API does.
  fastify.addHook('onReady', async () => {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(ADMIN_PORT, HOST, resolve);
    });
  });
  fastify.addHook('preClose', async () => closeInTime(server, SHUTDOWN_SECONDS));
  fastify.addHook('onClose', () => new Promise<void>((resolve) => server.close(() => resolve())));
}

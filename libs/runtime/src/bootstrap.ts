import 'reflect-metadata';
import type { Server } from 'node:http';
import { DynamicModule, Type } from '@nestjs/common';
import { ModuleRef, NestFactory } from '@nestjs/core';
import { Transport } from '@nestjs/microservices';
import { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger as NestLogger } from 'nestjs-pino';
import type { FastifyHttpOptions } from 'fastify';
import type { Logger } from 'pino';
import type { StageHandler } from '@propago/pipeline';
import { closeInTime } from './close-in-time';
import { maskedConfig, readConfig, type ConfigOf, type ServiceName } from './config';
import { natsOptions } from './nats-options';
import { logRequests, type RequestFacts } from './request-log';
import { RpcTracingInterceptor } from './rpc-tracing.interceptor';
import { assertHandlers } from './stages.controller';
import { LOGGER, STAGE_HANDLERS } from './tokens';
import { traceRequests } from './tracing';

/** A connection on which nothing moves for so long is closed: its sender has stalled in the middle of an upload. */
export const SILENCE_LIMIT_MS = 300_000;

export interface ServiceDefinition<S extends ServiceName> {
  service: S;
  module: (config: ConfigOf<S>) => Type | DynamicModule;
  /** How the HTTP server of this service differs from the others'. */
  server?: FastifyHttpOptions<Server>;
  /** What the log says of a request, such as whose it was. */
  requestFacts?: RequestFacts;
  /** What the HTTP server of this service needs besides health and metrics. */
  configure?: (app: NestFastifyApplication, config: ConfigOf<S>) => void;
}

/** Starts a service: HTTP for health, metrics and its API, NATS for questions and news, its stage's queue. */
export async function bootstrap<S extends ServiceName>(definition: ServiceDefinition<S>): Promise<void> {
  exitWithParent();
  try {
    await start(definition);
  } catch (error) {
    process.stderr.write(`${definition.service} did not start: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}

async function start<S extends ServiceName>({
  service,
  module,
  server,
  requestFacts,
  configure,
}: ServiceDefinition<S>): Promise<void> {
  const config = readConfig(service);
  const adapter = new FastifyAdapter({
    // What is under way is answered; idle keep-alive connections must not hold up a shutdown.
    forceCloseConnections: 'idle',
    bodyLimit: 1 << 20,
    connectionTimeout: SILENCE_LIMIT_MS,
    ...server,
  });
  const app = await NestFactory.create<NestFastifyApplication>(module(config) as Type, adapter, {
    bufferLogs: true,
    abortOnError: false,
  });
  app.useLogger(app.get(NestLogger));
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('preClose', async () => closeInTime(fastify.server, config.SHUTDOWN_SECONDS));
  assertHandlers(service, stageHandlers(app));
  traceRequests(fastify);
  logRequests(fastify, app.get<Logger>(LOGGER), requestFacts);
  app.useGlobalInterceptors(new RpcTracingInterceptor());
  app.connectMicroservice(
    { transport: Transport.NATS, options: natsOptions(config.NATS_URL) },
    { inheritAppConfig: true },
  );
  app.enableShutdownHooks();
  configure?.(app, config);
  await app.startAllMicroservices();
  await app.listen(config.PORT, config.HOST);
  app.get<Logger>(LOGGER).info({ config: maskedConfig(config), url: await app.getUrl() }, 'started');
}

function stageHandlers(app: NestFastifyApplication): StageHandler[] {
  try {
    // Not by `app.get`, which writes what it does not find to the log as an error.
    return app.get(ModuleRef).get<StageHandler[]>(STAGE_HANDLERS, { strict: false });
  } catch {
    return [];
  }
}

/** A private stack starts services with an IPC channel: when it breaks, whoever started this process is gone. */
function exitWithParent(): void {
  if (process.env.PROPAGO_EXIT_WITH_PARENT && process.send) process.on('disconnect', () => process.exit(1));
}
